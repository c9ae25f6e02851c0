import { Random } from './random';

/** Row numbers, ascending, of the two parts of a data set. */
export interface Split {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * Holds out a share of the rows as test data, with the same share of every class as near as whole rows allow.
 *
 * A class keeps at least one training row, so a class of a single row is never tested. The same arguments give the
 * same split.
 *
 * @param labels class number of each row, from 0
 * @param testFraction from 0 (no test rows) to below 1
 */
export function stratifiedSplit(labels: Int32Array, testFraction: number, seed: number): Split {
  const rowsByClass: number[][] = [];
  for (const [row, label] of labels.entries()) {
    rowsByClass[label] ??= [];
    rowsByClass[label].push(row);
  }
  const classes = rowsByClass.filter((rows) => rows !== undefined);
  const counts = testCounts(
    classes.map((rows) => rows.length),
    testFraction,
  );
  const random = new Random(seed);
  const test = classes.flatMap((rows, c) => random.shuffle([...rows]).slice(0, counts[c])).sort((a, b) => a - b);
  const held = new Set(test);
  return { train: [...labels.keys()].filter((row) => !held.has(row)), test };
}

/** Largest remainder: whole test rows per class that add up to the share of all rows, at least one if any. */
function testCounts(sizes: readonly number[], testFraction: number): number[] {
  if (testFraction === 0) return sizes.map(() => 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const counts = sizes.map((size) => Math.min(Math.floor(size * testFraction), size - 1));
  const byRemainder = sizes
    .map((size, c) => ({ c, remainder: size * testFraction - counts[c]!, free: size - 1 - counts[c]! }))
    .filter(({ free }) => free > 0)
    .sort((a, b) => b.remainder - a.remainder || a.c - b.c);
  const missing = Math.max(1, Math.round(total * testFraction)) - counts.reduce((sum, count) => sum + count, 0);
  for (const { c } of byRemainder.slice(0, Math.max(0, missing))) counts[c]! += 1;
  return counts;
}
