import fc from 'fast-check';
import { addTransposedTimes, rowsTimes } from '../../../learning/linear/rows-times';
import { toKeys } from '../../../learning/sparse/keys';
import type { SparseRows } from '../../../learning/sparse/rows';

const keys = 5;
const number = fc.integer({ min: -9, max: 9 });
const entry = fc.tuple(fc.nat({ max: keys - 1 }), number);
const matrix = fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 8 });

const sparse = (rows: readonly (readonly [number, number][])[], hasValues: boolean): SparseRows => ({
  labels: new Float64Array(rows.length),
  importances: undefined,
  offsets: Uint32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]),
  features: Uint32Array.from(rows.flat(), ([feature]) => feature),
  values: hasValues ? Float64Array.from(rows.flat(), ([, value]) => value) : undefined,
  keys: toKeys([1n, 2n, 3n, 4n, 5n]),
  groups: undefined,
});

/** The same as a table of numbers, entries of the same key added up. */
const dense = (rows: readonly (readonly [number, number][])[], hasValues: boolean): number[][] =>
  rows.map((row) =>
    Array.from({ length: keys }, (_, key) =>
      row.filter(([feature]) => feature === key).reduce((sum, [, value]) => sum + (hasValues ? value : 1), 0),
    ),
  );

test.each([true, false])('products with rows are those with the dense matrix (values given: %s)', (hasValues) => {
  fc.assert(
    fc.property(matrix, fc.array(number, { minLength: keys, maxLength: keys }), (rows, weights) => {
      const margins = new Float64Array(rows.length);
      rowsTimes(sparse(rows, hasValues), Float64Array.from(weights), margins);
      const sums = Float64Array.from(weights);
      addTransposedTimes(sparse(rows, hasValues), margins, sums);

      const table = dense(rows, hasValues);
      const expected = table.map((row) => row.reduce((sum, x, key) => sum + x * weights[key]!, 0));
      expect([...margins]).toEqual(expected);
      expect([...sums]).toEqual(
        weights.map((weight, key) => weight + table.reduce((sum, row, i) => sum + row[key]! * expected[i]!, 0)),
      );
    }),
  );
});
