import fc from 'fast-check';
import { violation } from '../../../../learning/darlin/coordinate';
import { gramMatrix } from '../../../../learning/darlin/second-order/gram';
import { ColumnQuadratic, MatrixQuadratic } from '../../../../learning/darlin/second-order/quadratic';
import { minimiseModel } from '../../../../learning/darlin/second-order/subproblem';

const number = fc.double({ min: -5, max: 5, noNaN: true });
const positive = fc.double({ min: 0.01, max: 5, noNaN: true });

describe('the minimum of the quadratic model', () => {
  /** Columns of small whole numbers, many of them alike or 0: the matrix is often singular. */
  const instance = fc
    .record({ width: fc.integer({ min: 1, max: 6 }), height: fc.integer({ min: 1, max: 6 }) })
    .chain(({ width, height }) =>
      fc.record({
        matrix: fc.array(fc.array(fc.integer({ min: -1, max: 1 }), { minLength: width, maxLength: width }), {
          minLength: height,
          maxLength: height,
        }),
        weights: fc.array(positive, { minLength: height, maxLength: height }),
        // A gradient in the rows' span, as that of a loss is.
        pulls: fc.array(number, { minLength: height, maxLength: height }),
        start: fc.array(fc.oneof(number, fc.constant(0)), { minLength: width, maxLength: width }),
        lambda: positive,
      }),
    );

  test('violates the conditions of the optimum a thousand times less than the start, by matrix and by columns', () => {
    fc.assert(
      fc.property(instance, ({ matrix, weights, pulls, start, lambda }) => {
        const width = start.length;
        const gradient = Float64Array.from(start, (_, j) =>
          matrix.reduce((sum, row, i) => sum + pulls[i]! * row[j]!, 0),
        );
        const offsets = [0];
        const rows: number[] = [];
        const values: number[] = [];
        for (let j = 0; j < width; j++) {
          for (const [i, row] of matrix.entries()) {
            if (row[j] === 0) continue;
            rows.push(i);
            values.push(row[j]!);
          }
          offsets.push(rows.length);
        }
        const columns = {
          offsets: Uint32Array.from(offsets),
          rows: Uint32Array.from(rows),
          values: Float64Array.from(values),
        };
        const source = { columns, weights: Float64Array.from(weights) };
        const worst = (point: Float64Array) => {
          const margins = matrix.map((row) => row.reduce((sum, x, j) => sum + x * (point[j]! - start[j]!), 0));
          const violations = Array.from(point, (value, j) => {
            const used = matrix.some((row) => row[j] !== 0);
            const slope = gradient[j]! + matrix.reduce((sum, row, i) => sum + weights[i]! * margins[i]! * row[j]!, 0);
            return used ? violation(slope, value, lambda) : 0;
          });
          return Math.max(...violations);
        };
        for (const quadratic of [new MatrixQuadratic(gramMatrix(source), width), new ColumnQuadratic(source)]) {
          const change = minimiseModel(quadratic, gradient, Float64Array.from(start), lambda, 0.001);
          const end = change.map((d, j) => start[j]! + d);
          expect(worst(end)).toBeLessThanOrEqual(0.001 * worst(Float64Array.from(start)) + 1e-9);
        }
      }),
      { numRuns: 300 },
    );
  });
});
