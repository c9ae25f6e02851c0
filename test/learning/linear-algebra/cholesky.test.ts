import fc from 'fast-check';
import { factoriseCholesky, solveCholesky, solveLower } from '../../../learning/linear-algebra/cholesky';
import { normalMatrix, relativeError, solveByElimination } from './support/gauss';

const number = fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100);
/** A positive definite matrix of up to 9 rows, and a right-hand side. */
const systems = fc.integer({ min: 1, max: 9 }).chain((size) => {
  const vector = fc.array(number, { minLength: size, maxLength: size });
  return fc.record({
    matrix: fc.array(vector, { maxLength: 12 }).map((vectors) => normalMatrix(vectors, size, 0.5)),
    right: vector,
  });
});

describe('Cholesky factors', () => {
  test('multiply to the matrix they were made of', () => {
    fc.assert(
      fc.property(systems, ({ matrix }) => {
        const size = matrix.length;
        const factor = Float64Array.from(matrix.flat());

        factoriseCholesky(factor, size);

        const lower = (i: number, j: number) =>
          j > i ? 0 : j === i ? 1 / factor[i * size + i]! : factor[i * size + j]!;
        const product = matrix.map((row, i) =>
          row.map((_, j) => row.reduce((sum, _, p) => sum + lower(i, p) * lower(j, p), 0)),
        );
        expect(relativeError(product.flat(), matrix.flat())).toBeLessThan(1e-13);
      }),
    );
  });

  test('solve as elimination does', () => {
    fc.assert(
      fc.property(systems, ({ matrix, right }) => {
        const factor = Float64Array.from(matrix.flat());
        const solution = Float64Array.from(right);

        factoriseCholesky(factor, matrix.length);
        solveCholesky(factor, matrix.length, solution);

        expect(relativeError(solution, solveByElimination(matrix, right))).toBeLessThan(1e-9);
      }),
    );
  });

  test('give the length of a vector in the inverse of the matrix: |L⁻¹b|² = bᵀA⁻¹b', () => {
    fc.assert(
      fc.property(systems, ({ matrix, right }) => {
        const factor = Float64Array.from(matrix.flat());
        const solved = Float64Array.from(right);

        factoriseCholesky(factor, matrix.length);
        solveLower(factor, matrix.length, solved);

        const expected = solveByElimination(matrix, right).reduce((sum, x, i) => sum + x * right[i]!, 0);
        expect(solved.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(expected, 8);
      }),
    );
  });

  test.each([
    ['indefinite', [0, 0, 0, 1]],
    ['not a number', [Number.NaN, 0, 0, 1]],
  ])('are refused for a matrix that is %s', (_, matrix) => {
    expect(() => factoriseCholesky(Float64Array.from(matrix), 2)).toThrow(/not positive definite/);
  });
});
