import fc from 'fast-check';
import { type LbfgsOptions, lbfgs, type Minimum, type Objective } from '../../../learning/optimiser/lbfgs';

function minimise(objective: Objective, start: number[], options: LbfgsOptions): Minimum {
  const steps = lbfgs(objective, Float64Array.from(start), options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const rosenbrock: Objective = (x, gradient) => {
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const valley = x[i + 1]! - x[i]! ** 2;
    value += 100 * valley ** 2 + (1 - x[i]!) ** 2;
    gradient[i]! += -400 * x[i]! * valley - 2 * (1 - x[i]!);
    gradient[i + 1]! += 200 * valley;
  }
  return value;
};

const coordinate = fc.double({ min: -5, max: 5, noNaN: true });

/** ½(x − optimum)ᵀ(AᵀA + I)(x − optimum): convex, with its optimum known. */
const quadratics = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.record({
    matrix: fc.array(fc.array(coordinate, { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
    optimum: fc.array(coordinate, { minLength: size, maxLength: size }),
    start: fc.array(coordinate, { minLength: size, maxLength: size }),
  }),
);

const quadratic =
  (matrix: number[][], optimum: number[]): Objective =>
  (x, gradient) => {
    const distance = optimum.map((entry, i) => x[i]! - entry);
    const image = matrix.map((row) => row.reduce((sum, entry, i) => sum + entry * distance[i]!, 0));
    let value = 0;
    for (let i = 0; i < distance.length; i++) {
      gradient[i] = matrix.reduce((sum, row, r) => sum + row[i]! * image[r]!, distance[i]!);
      value += 0.5 * gradient[i]! * distance[i]!;
    }
    return value;
  };

describe('L-BFGS', () => {
  test.each([2, 10, 50])('reaches the minimum of the Rosenbrock valley in %i dimensions', (size) => {
    const start = Array.from({ length: size }, (_, i) => (i % 2 === 0 ? -1.2 : 1));

    const minimum = minimise(rosenbrock, start, { tolerance: 1e-8, maxIterations: 1000 });

    expect(minimum.reason).toBe('converged');
    expect(minimum.gradientNorm).toBeLessThanOrEqual(1e-8);
    for (const entry of minimum.point) expect(entry).toBeCloseTo(1, 6);
  });

  test('finds the optimum of any strictly convex quadratic', () => {
    fc.assert(
      fc.property(quadratics, ({ matrix, optimum, start }) => {
        const minimum = minimise(quadratic(matrix, optimum), start, { tolerance: 1e-8, maxIterations: 500 });

        expect(minimum.reason).toBe('converged');
        for (const [i, entry] of optimum.entries()) expect(minimum.point[i]).toBeCloseTo(entry, 6);
      }),
    );
  });

  test('never raises the value from one step to the next', () => {
    const values = [...lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-8, maxIterations: 200 })].map(
      ({ value }) => value,
    );

    expect(values.length).toBeGreaterThan(10);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  test('takes the same steps every time', () => {
    const run = () => minimise(rosenbrock, [-1.2, 1, 0.5], { tolerance: 1e-8, maxIterations: 200 });

    expect(run()).toEqual(run());
  });

  test('stops after maxIterations and says so', () => {
    const minimum = minimise(rosenbrock, [-1.2, 1], { tolerance: 1e-8, maxIterations: 3 });

    expect(minimum).toMatchObject({ reason: 'maxIterations', iterations: 3 });
  });

  test('takes no step from an optimum', () => {
    const minimum = minimise(rosenbrock, [1, 1], { tolerance: 1e-8, maxIterations: 100 });

    expect(minimum).toMatchObject({ reason: 'converged', iterations: 0, value: 0 });
  });

  test('backs off from a step that overflows', () => {
    const steep: Objective = (x, gradient) => {
      gradient[0] = Math.exp(x[0]!) - 1;
      return Math.exp(x[0]!) - x[0]!;
    };

    const minimum = minimise(steep, [-800], { tolerance: 1e-9, maxIterations: 200 });

    expect(minimum.point[0]).toBeCloseTo(0, 6);
  });

  test('ends as stalled where no step lowers the value', () => {
    const kink: Objective = (x, gradient) => {
      gradient[0] = x[0]! >= 0 ? 1 : -1;
      return Math.abs(x[0]!);
    };

    const minimum = minimise(kink, [0], { tolerance: 1e-8, maxIterations: 100 });

    expect(minimum).toMatchObject({ reason: 'stalled', value: 0 });
  });
});
