/** Rows from `start` to before `end`. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Operations to solve for a row of so many entries: its normal equations, and their factors. */
const operationsOf = (entries: number, rank: number): number => (entries * rank ** 2) / 2 + rank ** 3 / 6;

/** Operations to solve for all rows. */
export const operations = (offsets: Uint32Array, rank: number): number =>
  operationsOf(offsets.at(-1)!, rank) + ((offsets.length - 2) * rank ** 3) / 6;

/**
 * Divides rows into ranges that take about as long as each other.
 * @param offsets where the entries of each row start, and after the last row all of them
 * @param parts ranges at most; fewer if there are fewer rows
 */
export function divideRows(offsets: Uint32Array, rank: number, parts: number): RowRange[] {
  const rows = offsets.length - 1;
  const share = operations(offsets, rank) / parts;
  const ranges: RowRange[] = [];
  let [start, done] = [0, 0];
  for (let row = 0; row < rows; row++) {
    done += operationsOf(offsets[row + 1]! - offsets[row]!, rank);
    if (done < share * (ranges.length + 1) * (1 - 1e-12) && row + 1 < rows) continue;
    ranges.push({ start, end: row + 1 });
    start = row + 1;
  }
  return ranges;
}
