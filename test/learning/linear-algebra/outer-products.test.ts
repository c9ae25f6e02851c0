import fc from 'fast-check';
import { addOuterProduct, addOuterProducts } from '../../../learning/linear-algebra/outer-products';
import { normalMatrix, relativeError } from './support/gauss';

const number = fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100);

const lowerTriangle = (matrix: readonly (readonly number[])[]) => matrix.flatMap((row, i) => row.slice(0, i + 1));

test('outer products of selected rows add up as their definition says', () => {
  const problems = fc.integer({ min: 1, max: 7 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      rows: fc.array(fc.array(number, { minLength: size, maxLength: size }), { minLength: 1, maxLength: 6 }),
      indices: fc.array(fc.nat(), { maxLength: 11 }),
      start: fc.nat(3),
    }),
  );
  fc.assert(
    fc.property(problems, ({ size, rows, indices, start }) => {
      const selected = indices.map((index) => index % rows.length);
      const matrix = new Float64Array(size * size).fill(1);

      addOuterProducts(matrix, size, {
        rows: Float64Array.from(rows.flat()),
        indices: Uint32Array.from(selected),
        start: Math.min(start, selected.length),
        end: selected.length,
      });

      const vectors = selected.slice(start).map((index) => rows[index]!);
      const expected = normalMatrix(vectors, size, 0).map((row) => row.map((x) => 1 + x));
      const actual = Array.from({ length: size }, (_, i) => Array.from(matrix.subarray(i * size, (i + 1) * size)));
      expect(relativeError(lowerTriangle(actual), lowerTriangle(expected))).toBeLessThan(1e-14);
    }),
  );
});

test('one outer product can be taken out again', () => {
  const matrix = new Float64Array(4);
  addOuterProduct(matrix, 2, Float64Array.of(2, 3), 1);
  expect([matrix[0], matrix[2], matrix[3]]).toEqual([4, 6, 9]);

  addOuterProduct(matrix, 2, Float64Array.of(2, 3), -1);
  expect([matrix[0], matrix[2], matrix[3]]).toEqual([0, 0, 0]);
});
