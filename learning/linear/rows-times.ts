import type { SparseRows } from '../sparse/rows';

/**
 * The margins x·w of rows, written to `margins`.
 * @param weights one for each key of the rows
 */
export function rowsTimes(
  { offsets, features, values }: SparseRows,
  weights: Float64Array,
  margins: Float64Array,
): void {
  for (let row = 0; row < margins.length; row++) {
    const end = offsets[row + 1]!;
    let margin = 0;
    if (values) {
      for (let i = offsets[row]!; i < end; i++) margin += weights[features[i]!]! * values[i]!;
    } else {
      for (let i = offsets[row]!; i < end; i++) margin += weights[features[i]!]!;
    }
    margins[row] = margin;
  }
}

/**
 * Adds x·factor of each row to the sums of its keys.
 * @param factors one for each row
 */
export function addTransposedTimes(
  { offsets, features, values }: SparseRows,
  factors: Float64Array,
  sums: Float64Array,
): void {
  for (let row = 0; row < factors.length; row++) {
    const factor = factors[row]!;
    const end = offsets[row + 1]!;
    if (values) {
      for (let i = offsets[row]!; i < end; i++) {
        const feature = features[i]!;
        sums[feature] = sums[feature]! + factor * values[i]!;
      }
    } else {
      for (let i = offsets[row]!; i < end; i++) {
        const feature = features[i]!;
        sums[feature] = sums[feature]! + factor;
      }
    }
  }
}
