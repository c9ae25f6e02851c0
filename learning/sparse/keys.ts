/**
 * Unsigned 64-bit keys of features, as pairs of 32-bit words: the low word of key i at 2i, the high word at 2i + 1.
 * BigInts would be allocated one by one; pairs travel between threads and into typed arrays as they are.
 */
export type Keys = Uint32Array;

/** How many keys there are. */
export const keyCount = (keys: Keys): number => keys.length / 2;

/** One key as a number of any size, for text and messages. */
export const keyAt = (keys: Keys, i: number): bigint => (BigInt(keys[2 * i + 1]!) << 32n) | BigInt(keys[2 * i]!);

/** Keys from numbers; of a number over 64 bits the lowest 64 count. */
export function toKeys(numbers: Iterable<bigint>): Keys {
  const words: number[] = [];
  for (const number of numbers) {
    words.push(Number(number & 0xffffffffn), Number((number >> 32n) & 0xffffffffn));
  }
  return Uint32Array.from(words);
}

/** Below, at or above 0, as the key at `i` of `a` is less than, equal to or greater than the one at `j` of `b`. */
export const compareKeys = (a: Keys, i: number, b: Keys, j: number): number =>
  a[2 * i + 1]! - b[2 * j + 1]! || a[2 * i]! - b[2 * j]!;
