import fc from 'fast-check';
import { KeyHash } from '../../../learning/sparse/key-hash';
import { slowHash } from '../../training/data/support/slow-hash';

function hash(bytes: Uint8Array, start = 0, end = bytes.length): bigint {
  const key = new KeyHash();
  key.hash(bytes, start, end);
  return (BigInt(key.high) << 32n) | BigInt(key.low);
}

describe('the key of a text', () => {
  test.each([
    ['deadbeef', 8286300725115113720n],
    ['0123abcd', 16167071864870542789n],
  ])('is that of the original parameter server for %s', (text, key) => {
    expect(hash(Buffer.from(text))).toBe(key);
  });

  test('is that of MurmurHash3 for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(hash(bytes)).toBe(slowHash(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  test('is made of the given bytes alone', () => {
    const bytes = Buffer.from('before,0123abcd,after');

    expect(hash(bytes, 7, 15)).toBe(16167071864870542789n);
  });
});
