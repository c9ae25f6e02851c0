import { type Keys, keyCount } from '../../learning/sparse/keys';

/** Blocks for each shard: enough that the largest shard stays close to the mean. */
const blocksPerShard = 16;

/** How many blocks the keys of so many shards are spread over. */
export const blockCount = (shards: number): number => blocksPerShard * shards;

/** The shard that a block lives on. */
export const shardOfBlock = (block: number, shards: number): number => block % shards;

/**
 * The block of each key: the finaliser of splitmix64 (Steele, Lea & Flood, 2014, variant 13 of Stafford) modulo the
 * number of blocks, so that consecutive ids spread evenly.
 */
export function blocksOf(keys: Keys, blocks: number): Uint32Array {
  return Uint32Array.from({ length: keyCount(keys) }, (_, i) => blockOf(keys[2 * i]!, keys[2 * i + 1]!, blocks));
}

/** The block of one key, given by its words. */
export function blockOf(low: number, high: number, blocks: number): number {
  const first = multiply(low ^ ((low >>> 30) | (high << 2)), high ^ (high >>> 30), 0x1ce4e5b9, 0xbf58476d);
  const second = multiply(
    first.low ^ ((first.low >>> 27) | (first.high << 5)),
    first.high ^ (first.high >>> 27),
    0x133111eb,
    0x94d049bb,
  );
  const mixedLow = (second.low ^ ((second.low >>> 31) | (second.high << 1))) >>> 0;
  const mixedHigh = (second.high ^ (second.high >>> 31)) >>> 0;
  return ((mixedHigh % blocks) * (2 ** 32 % blocks) + (mixedLow % blocks)) % blocks;
}

/** The low 64 bits of a product of two 64-bit numbers, each given by its words. */
function multiply(aLow: number, aHigh: number, bLow: number, bHigh: number): { low: number; high: number } {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  // The four products of half words are below 2³², so that doubles hold their sums exactly.
  const middle = a1 * b0 + Math.floor((a0 * b0) / 65536);
  const carried = a0 * b1 + (middle % 65536);
  const overflow = a1 * b1 + Math.floor(middle / 65536) + Math.floor(carried / 65536);
  return {
    low: Math.imul(aLow, bLow),
    high: (overflow + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) | 0,
  };
}
