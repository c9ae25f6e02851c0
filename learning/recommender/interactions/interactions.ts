import { sharedDoubles, sharedIntegers } from './shared-memory';

/** A sparse matrix by rows, such as the ratings of users (rows) for items (columns). */
export interface Interactions {
  /** Number of columns. */
  readonly width: number;
  /** The entries of row r are those from `offsets[r]` to before `offsets[r + 1]`. */
  readonly offsets: Uint32Array;
  /** Ascending within a row. */
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

export const rowCount = ({ offsets }: Interactions): number => offsets.length - 1;

/** Number of entries of each row. */
export const rowLengths = ({ offsets }: Interactions): Float64Array =>
  Float64Array.from({ length: offsets.length - 1 }, (_, row) => offsets[row + 1]! - offsets[row]!);

/** Rows become columns; entries of a new row keep the order of the old rows. */
export function transpose(interactions: Interactions): Interactions {
  const { width, offsets, columns, values } = interactions;
  const turned = {
    width: rowCount(interactions),
    offsets: offsetsOf(columns, columns.length, width),
    columns: sharedIntegers(columns.length),
    values: sharedDoubles(columns.length),
  };
  const next = turned.offsets.slice();
  for (let row = 0; row < turned.width; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const to = next[columns[entry]!]!++;
      turned.columns[to] = row;
      turned.values[to] = values[entry]!;
    }
  }
  return turned;
}

/**
 * Where rows start, given the row of each entry.
 * @param count of the entries, which may fill less than the array
 */
export function offsetsOf(rows: Uint32Array, count: number, height: number): Uint32Array {
  const offsets = sharedIntegers(height + 1);
  for (let entry = 0; entry < count; entry++) offsets[rows[entry]! + 1]! += 1;
  for (let row = 0; row < height; row++) offsets[row + 1]! += offsets[row]!;
  return offsets;
}
