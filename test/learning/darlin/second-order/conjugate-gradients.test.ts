import fc from 'fast-check';
import { conjugateGradients } from '../../../../learning/darlin/second-order/conjugate-gradients';

const number = fc.double({ min: -5, max: 5, noNaN: true });

/** A matrix M and a vector v. H = MᵀM is positive semidefinite, and b = Hv is one that Hx = b can be solved for. */
const system = fc
  .record({ height: fc.integer({ min: 1, max: 8 }), width: fc.integer({ min: 1, max: 8 }) })
  .chain(({ height, width }) => {
    const row = fc.array(number, { minLength: width, maxLength: width });
    return fc.record({ matrix: fc.array(row, { minLength: height, maxLength: height }), solution: row });
  });

const productOf =
  (matrix: readonly number[][]) =>
  (v: ArrayLike<number>): Float64Array => {
    const images = matrix.map((row) => row.reduce((sum, x, i) => sum + x * v[i]!, 0));
    return Float64Array.from({ length: v.length }, (_, i) =>
      matrix.reduce((sum, row, k) => sum + row[i]! * images[k]!, 0),
    );
  };

test('conjugate gradients solve a system, also one of collinear columns', () => {
  fc.assert(
    fc.property(system, ({ matrix, solution }) => {
      const squares = solution.map((_, i) => matrix.reduce((sum, row) => sum + row[i]! ** 2, 0));
      fc.pre(squares.every((square) => square > 1e-3));
      const multiply = productOf(matrix);
      const b = multiply(solution);
      const x = conjugateGradients(multiply, b, Float64Array.from(squares), 50);
      const size = (values: Float64Array) => Math.hypot(...values.map((value, i) => value / Math.sqrt(squares[i]!)));
      const residual = multiply(x).map((value, i) => b[i]! - value);
      expect(size(residual)).toBeLessThanOrEqual(1e-5 * size(b) + 1e-9);
    }),
  );
});

test('conjugate gradients of a right side so small that its square is 0 are 0', () => {
  expect(conjugateGradients((v) => v, Float64Array.of(1e-163, 0), Float64Array.of(1, 1), 50)).toEqual(
    Float64Array.of(0, 0),
  );
});

test('conjugate gradients that are broken off go downhill', () => {
  // Given a system of 200 unknowns whose condition is 10^8
  const diagonal = Float64Array.from({ length: 200 }, (_, i) => 10 ** (8 * (i / 199)));
  const b = new Float64Array(200).fill(1);
  const multiply = (v: Float64Array) => v.map((value, i) => value * diagonal[i]!);

  // When it is solved with a preconditioner that does not help
  const x = conjugateGradients(multiply, b, new Float64Array(200).fill(1), 50);

  // Then the answer is not exact, but ½xᵀHx − b·x is below 0
  const product = multiply(x);
  expect(Math.hypot(...product.map((value, i) => b[i]! - value))).toBeGreaterThan(1e-3);
  expect(x.reduce((sum, value, i) => sum + (value * product[i]!) / 2 - b[i]! * value, 0)).toBeLessThan(0);
});
