import type { Columns, WeightedColumns } from '../batch-worker';

/** Where row i of a lower triangle starts. */
export const triangleRow = (i: number): number => (i * (i + 1)) / 2;

/** The lower triangle of XᵀDX, row after row: the outer products of X's rows, added up. */
export function gramMatrix({ columns, weights }: WeightedColumns): Float64Array {
  const width = columns.offsets.length - 1;
  const triangle = new Float64Array(triangleRow(width));
  const { offsets, features, values } = transpose(columns, weights.length);
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row]!;
    const start = offsets[row]!;
    for (let i = start; i < offsets[row + 1]!; i++) {
      const at = triangleRow(features[i]!);
      const factor = weight * values[i]!;
      for (let j = start; j <= i; j++) triangle[at + features[j]!]! += factor * values[j]!;
    }
  }
  return triangle;
}

/** The same matrix by rows, the features of each ascending. */
function transpose({ offsets, rows, values }: Columns, height: number) {
  const starts = new Uint32Array(height + 1);
  for (const row of rows) starts[row + 1]! += 1;
  for (let row = 0; row < height; row++) starts[row + 1]! += starts[row]!;
  const ends = starts.slice();
  const features = new Uint32Array(rows.length);
  const turned = new Float64Array(rows.length);
  for (let feature = 0; feature + 1 < offsets.length; feature++) {
    for (let entry = offsets[feature]!; entry < offsets[feature + 1]!; entry++) {
      const to = ends[rows[entry]!]!++;
      features[to] = feature;
      turned[to] = values === undefined ? 1 : values[entry]!;
    }
  }
  return { offsets: starts, features, values: turned };
}
