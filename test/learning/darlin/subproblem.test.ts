import fc from 'fast-check';
import { bestChange, violation } from '../../../learning/darlin/coordinate';
import { gramMatrix } from '../../../learning/darlin/gram';
import { entropy, logLoss, lossChange } from '../../../learning/darlin/logistic';
import { ColumnQuadratic, MatrixQuadratic } from '../../../learning/darlin/quadratic';
import { rayMinimum } from '../../../learning/darlin/ray-minimum';
import { minimiseModel } from '../../../learning/darlin/subproblem';

const number = fc.double({ min: -5, max: 5, noNaN: true });
const positive = fc.double({ min: 0.01, max: 5, noNaN: true });

describe('the logistic loss', () => {
  test('changes as its Taylor series says, also where the change is far below the last digit of the loss', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), number, (a, digits) => {
        const b = digits * 1e-12;
        const tau = 1 / (1 + Math.exp(a));
        const expected = -tau * b * (1 - ((1 - tau) * b) / 2);
        expect(Math.abs(lossChange(a, b) - expected)).toBeLessThanOrEqual(1e-13 * Math.abs(expected));
      }),
    );
  });

  test('changes by the difference of two losses', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(lossChange(a, b)).toBeCloseTo(Math.log(1 + Math.exp(-a - b)) - Math.log(1 + Math.exp(-a)), 12);
      }),
    );
  });

  test('stays finite and right at margins where e^−a does not', () => {
    expect(logLoss(-1e4)).toBe(1e4);
    expect(logLoss(1e4)).toBe(0);
    expect(lossChange(-1e4, 0.5)).toBe(-0.5);
    expect(lossChange(1e4, -1e4)).toBe(Math.LN2);
    expect([entropy(0), entropy(1), entropy(0.5)]).toEqual([0, 0, Math.LN2]);
  });
});

test('the best change of one weight is better than any other', () => {
  fc.assert(
    fc.property(number, positive, number, positive, number, (slope, curvature, weight, lambda, other) => {
      const value = (d: number) => slope * d + (curvature * d * d) / 2 + lambda * Math.abs(weight + d);
      expect(value(bestChange(slope, curvature, weight, lambda))).toBeLessThanOrEqual(value(other) + 1e-9);
    }),
  );
});

test('the least value on a ray is not above any other', () => {
  const element = fc.record({
    start: fc.oneof(
      positive,
      positive.map((x) => -x),
    ),
    direction: number,
  });
  fc.assert(
    fc.property(fc.array(element, { maxLength: 6 }), number, positive, positive, positive, (elements, ...rest) => {
      const [slope, curvature, lambda, other] = rest;
      const start = Float64Array.from(elements, (e) => e.start);
      const direction = Float64Array.from(elements, (e) => e.direction);
      const at = (t: number) => start.map((x, i) => x + t * direction[i]!);
      const value = (t: number) =>
        slope * t + (curvature * t * t) / 2 + lambda * at(t).reduce((sum, x) => sum + Math.abs(x), 0);
      const { length, stop } = rayMinimum({ start, direction, slope, curvature, lambda });
      for (const t of [0, other, length * 0.999, length * 1.001])
        expect(value(length)).toBeLessThanOrEqual(value(t) + 1e-9);
      if (stop !== undefined) expect(at(length)[stop]).toBeCloseTo(0, 9);
    }),
  );
});

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
          const change = minimiseModel(quadratic, gradient, Float64Array.from(start), lambda);
          const end = change.map((d, j) => start[j]! + d);
          expect(worst(end)).toBeLessThanOrEqual(0.001 * worst(Float64Array.from(start)) + 1e-9);
        }
      }),
      { numRuns: 300 },
    );
  });
});
