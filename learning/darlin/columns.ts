import type { SparseRows } from '../sparse/rows';
import type { Columns } from './batch-worker';

/** The columns of rows, in the order of the rows' keys. Entries of a row with the same key are added up. */
export function columnsOf({ offsets, features, values, keys }: SparseRows): Columns {
  const width = keys.length / 2;
  const starts = startsOf(features.subarray(offsets[0], offsets.at(-1)), width);
  const ends = starts.slice();
  const rows = new Uint32Array(starts[width]!);
  const sums = new Float64Array(rows.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const feature = features[entry]!;
      const last = ends[feature]! - 1;
      const value = values === undefined ? 1 : values[entry]!;
      if (last >= starts[feature]! && rows[last] === row) {
        sums[last]! += value;
      } else {
        rows[last + 1] = row;
        sums[last + 1] = value;
        ends[feature] = last + 2;
      }
    }
  }
  const all = Uint32Array.from({ length: width }, (_, feature) => feature);
  return pickRanges(starts, ends, rows, sums.every((value) => value === 1) ? undefined : sums, all);
}

/** Some of the columns, in the order in which they are named; a number that is none of theirs gives an empty one. */
export function pickColumns({ offsets, rows, values }: Columns, features: Uint32Array): Columns {
  return pickRanges(offsets.subarray(0, -1), offsets.subarray(1), rows, values, features);
}

/** Columns of rows that follow one another: those of the second matrix come after those of the first, and so on. */
export function stackColumns(parts: readonly Columns[], heights: readonly number[]): Columns {
  const width = parts[0]!.offsets.length - 1;
  const offsets = new Uint32Array(width + 1);
  for (let j = 0; j <= width; j++) for (const part of parts) offsets[j]! += part.offsets[j]!;
  const rows = new Uint32Array(offsets[width]!);
  const values = parts.every((part) => part.values === undefined) ? undefined : new Float64Array(rows.length).fill(1);
  const ends = offsets.slice();
  let base = 0;
  for (const [i, part] of parts.entries()) {
    for (let j = 0; j < width; j++) {
      for (let entry = part.offsets[j]!; entry < part.offsets[j + 1]!; entry++) {
        const to = ends[j]!++;
        rows[to] = base + part.rows[entry]!;
        if (values && part.values) values[to] = part.values[entry]!;
      }
    }
    base += heights[i]!;
  }
  return { offsets, rows, values };
}

/** Where the entries of each feature start if they are sorted by feature, and at the end how many there are. */
function startsOf(features: Uint32Array, width: number): Uint32Array {
  const starts = new Uint32Array(width + 1);
  for (const feature of features) starts[feature + 1]! += 1;
  for (let j = 0; j < width; j++) starts[j + 1]! += starts[j]!;
  return starts;
}

function pickRanges(
  starts: Uint32Array,
  ends: Uint32Array,
  rows: Uint32Array,
  values: Float64Array | undefined,
  features: Uint32Array,
): Columns {
  const offsets = new Uint32Array(features.length + 1);
  features.forEach((feature, j) => {
    offsets[j + 1] = offsets[j]! + (ends[feature] ?? 0) - (starts[feature] ?? 0);
  });
  const picked = {
    offsets,
    rows: new Uint32Array(offsets.at(-1)!),
    values: values && new Float64Array(offsets.at(-1)!),
  };
  features.forEach((feature, j) => {
    const [start, end] = [starts[feature] ?? 0, ends[feature] ?? 0];
    picked.rows.set(rows.subarray(start, end), offsets[j]!);
    if (values) picked.values?.set(values.subarray(start, end), offsets[j]!);
  });
  return picked;
}
