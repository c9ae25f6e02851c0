import fc from 'fast-check';
import { toKeys } from '../../../learning/sparse/keys';
import { blockCount, blockOf, blocksOf, shardOfBlock } from '../../../training/store/blocks';

const mask = (1n << 64n) - 1n;

/** The finaliser as its authors write it, in numbers of any size. */
function splitmix64(key: bigint): bigint {
  let mixed = key;
  mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & mask;
  return mixed ^ (mixed >> 31n);
}

const split = (key: bigint): [number, number] => [Number(key & 0xffffffffn), Number(key >> 32n)];

describe('the block of a key', () => {
  it('is the finaliser of splitmix64 modulo the number of blocks', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: mask }), fc.integer({ min: 1, max: 1000 }), (key, shards) => {
        const blocks = blockCount(shards);
        expect(blockOf(...split(key), blocks)).toBe(Number(splitmix64(key) % BigInt(blocks)));
      }),
    );
  });

  it('is the same for a key alone and among others', () => {
    const numbers = [0n, 1n, mask, 1n << 32n];
    expect([...blocksOf(toKeys(numbers), 64)]).toEqual(numbers.map((key) => blockOf(...split(key), 64)));
  });
});

describe('the shards', () => {
  it.each([2, 3, 4, 8, 16])('hold about as many of 100,000 consecutive ids each, when there are %i', (shards) => {
    const counts = new Array<number>(shards).fill(0);
    for (let id = 0; id < 100_000; id++) counts[shardOfBlock(blockOf(id, 0, blockCount(shards)), shards)]!++;
    expect(Math.max(...counts)).toBeLessThanOrEqual((1.1 * 100_000) / shards);
  });
});
