import fc from 'fast-check';
import { stepInOrthant } from '../../../../learning/darlin/second-order/orthant-step';
import { PenalisedModel } from '../../../../learning/darlin/second-order/penalised-model';
import { MatrixQuadratic } from '../../../../learning/darlin/second-order/quadratic';

const lambda = 1;

/** The model G·d + ½dᵀHd + λ‖w + d‖₁ for a small H, and its value at a point w + d, computed from the definition. */
function modelOf(h: readonly number[][], gradient: readonly number[], weights: readonly number[]) {
  const triangle = h.flatMap((row, i) => row.slice(0, i + 1));
  const quadratic = new MatrixQuadratic(Float64Array.from(triangle), weights.length);
  const model = new PenalisedModel(quadratic, Float64Array.from(gradient), Float64Array.from(weights), lambda);
  const value = () => {
    const d = weights.map((weight, j) => model.point[j]! - weight);
    return d.reduce(
      (sum, x, i) =>
        sum +
        gradient[i]! * x +
        h[i]!.reduce((bent, y, j) => bent + (x * y * d[j]!) / 2, 0) +
        lambda * Math.abs(model.point[i]!),
      0,
    );
  };
  return { model, value };
}

describe('a step in the orthant of the weights that are not 0', () => {
  test('goes to the minimum if that is inside, and leaves the other weights at 0', () => {
    // Given slopes of −3 and −4 at (1, 2, 0), that is −2 and −3 with the penalty, and H = diag(1, 2, 1)
    const h = [
      [1, 0, 0],
      [0, 2, 0],
      [0, 0, 1],
    ];
    const { model } = modelOf(h, [-3, -4, -9], [1, 2, 0]);
    expect(stepInOrthant(model, 10)).toBe('done');
    expect(Array.from(model.point)).toEqual([expect.closeTo(3, 9), expect.closeTo(3.5, 9), 0]);
  });

  test('makes all weights 0 that the way would take past 0, if that is better than to follow it', () => {
    const h = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const { model } = modelOf(h, [1.5, 1.2, -9], [1, 1, 1]);
    expect(stepInOrthant(model, 10)).toBe('zeroed');
    expect(Array.from(model.point)).toEqual([0, 0, expect.closeTo(9, 9)]);
  });

  test('is none if there is no slope', () => {
    const { model } = modelOf([[1]], [-lambda], [1]);
    expect(stepInOrthant(model, 10)).toBe('done');
    expect(Array.from(model.point)).toEqual([1]);
  });

  test('never raises the value, and tells if weights became 0', () => {
    const number = fc.integer({ min: -4, max: 4 });
    const problem = fc.integer({ min: 1, max: 6 }).chain((width) => {
      const row = fc.array(number, { minLength: width, maxLength: width });
      return fc.record({
        matrix: fc.array(row, { minLength: 1, maxLength: 6 }),
        pulls: fc.array(number, { minLength: 6, maxLength: 6 }),
        weights: row,
      });
    });
    fc.assert(
      fc.property(problem, ({ matrix, pulls, weights }) => {
        const inner = (i: number, j: number) => matrix.reduce((sum, row) => sum + row[i]! * row[j]!, 0);
        const h = weights.map((_, i) => weights.map((_, j) => inner(i, j)));
        const gradient = weights.map((_, j) => matrix.reduce((sum, row, i) => sum + pulls[i]! * row[j]!, 0));
        const { model, value } = modelOf(h, gradient, weights);
        const [before, support] = [value(), model.support()];
        const outcome = stepInOrthant(model, 10);
        expect(value()).toBeLessThanOrEqual(before + 1e-9 * (1 + Math.abs(before)));
        expect(outcome === 'zeroed').toBe(model.support().length < support.length);
      }),
    );
  });
});
