import fc from 'fast-check';
import { HalfSipHash } from '../../../service/predictions/keyed-hash';

const hashOf = (hash: HalfSipHash, words: readonly number[]): string => {
  const result = new Uint32Array(2);
  hash.begin();
  for (const word of words) hash.add(word);
  hash.end(result);
  return Buffer.from(result.buffer).toString('hex');
};

describe('HalfSipHash', () => {
  test('gives the published value of the empty input', () => {
    // GIVEN the key 00 01 … 07 of the reference vectors
    const hash = new HalfSipHash(0x03020100, 0x07060504);

    // THEN
    expect(hashOf(hash, [])).toBe('218d1f59b9b83cc8');
  });

  test('depends on the key', () => {
    const words = [1, 2, 3];
    expect(hashOf(new HalfSipHash(1, 2), words)).not.toBe(hashOf(new HalfSipHash(1, 3), words));
  });

  test('tells inputs apart, and answers the same for the same', () => {
    const hash = new HalfSipHash(0x12345678, 0x9abcdef0);
    const words = fc.array(fc.nat(), { maxLength: 20 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(hashOf(hash, a) === hashOf(hash, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
