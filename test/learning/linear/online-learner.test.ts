import fc from 'fast-check';
import {
  type LearningRate,
  type OnlineLearner,
  onlineLearner,
  type Penalty,
} from '../../../learning/linear/online-learner';
import { zeroSums } from '../../../learning/linear/sums';

const positive = fc.double({ min: 0.01, max: 10, noNaN: true });
const nonNegative = fc.double({ min: 0, max: 5, noNaN: true });
const gradients = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 12 });
const rates: fc.Arbitrary<LearningRate> = fc.record({
  type: fc.constantFrom('CONSTANT', 'DECAY'),
  alpha: positive,
  beta: positive,
});
const penalties: fc.Arbitrary<Penalty> = fc.record({ l1: nonNegative, l2: nonNegative });

/** A key that learns from one gradient after the other. */
class Key {
  readonly sums = zeroSums(1);
  private minibatches = 0;

  constructor(private readonly learner: OnlineLearner) {}

  get weight(): number {
    const weights = new Float64Array(1);
    this.learner.weights(this.sums, weights);
    return weights[0]!;
  }

  learn(gradient: number): void {
    const deltas = zeroSums(1);
    const step = { gradient: Float64Array.of(gradient), weights: Float64Array.of(this.weight), sums: this.sums };
    this.learner.deltas({ ...step, minibatches: ++this.minibatches }, deltas);
    this.sums.z[0]! += deltas.z[0]!;
    this.sums.n[0]! += deltas.n[0]!;
  }
}

/** The point of least value of a convex function, by halving the bracket of its smallest values. */
function minimiser(of: (point: number) => number, reach: number): number {
  let [low, high] = [-reach, reach];
  for (let i = 0; i < 300; i++) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
    if (of(left) <= of(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

const closeTo = (actual: number, expected: number, tolerance = 1e-5) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));

describe('FTRL-Proximal', () => {
  test('gives the weight that was worked out by hand for one example', () => {
    const learner = onlineLearner('FTRL', { type: 'DECAY', alpha: 0.5, beta: 1 }, { l1: 0.1, l2: 0 });
    const key = new Key(learner);

    key.learn(-0.5);

    expect([key.sums.n[0], key.sums.z[0]]).toEqual([0.25, -0.5]);
    expect(key.weight).toBeCloseTo(0.4 / 3, 15);
  });

  test('has the weight that minimises Σgw + ½Σσ(w−wₛ)² + β/2α·w² + λ₁|w| + ½λ₂w² over all steps', () => {
    fc.assert(
      fc.property(gradients, rates, penalties, (steps, rate, penalty) => {
        const key = new Key(onlineLearner('FTRL', rate, penalty));
        const decays = rate.type === 'DECAY';
        const history: { g: number; sigma: number; w: number }[] = [];
        let squares = 0;
        for (const g of steps) {
          const before = squares;
          squares += g * g;
          const sigma = decays ? (Math.sqrt(squares) - Math.sqrt(before)) / rate.alpha : 0;
          history.push({ g, sigma, w: key.weight });
          key.learn(g);
        }
        const curvature = (decays ? rate.beta / rate.alpha : 1 / rate.alpha) + penalty.l2;
        const objective = (w: number) =>
          history.reduce((sum, step) => sum + step.g * w + (step.sigma * (w - step.w) ** 2) / 2, 0) +
          (curvature * w * w) / 2 +
          penalty.l1 * Math.abs(w);

        closeTo(key.weight, minimiser(objective, 5000), 1e-4);
        closeTo(key.sums.n[0]!, squares, 1e-12);
      }),
    );
  });
});

describe('AdaGrad', () => {
  test('minimises gw + (w−wₛ)²/2η + λ₁|w| + ½λ₂w² in each step, its rate falling with the squares so far', () => {
    fc.assert(
      fc.property(gradients, rates, penalties, (steps, rate, penalty) => {
        const key = new Key(onlineLearner('ADAGRAD', rate, penalty));
        for (const [i, g] of steps.entries()) {
          const before = key.weight;
          const squares = steps.slice(0, i + 1).reduce((sum, each) => sum + each * each, 0);
          const eta = rate.type === 'DECAY' ? rate.alpha / (rate.beta + Math.sqrt(squares)) : rate.alpha;
          key.learn(g);
          if (g === 0) {
            expect(key.weight).toBe(before);
            continue;
          }
          const objective = (w: number) =>
            g * w + (w - before) ** 2 / (2 * eta) + penalty.l1 * Math.abs(w) + (penalty.l2 * w * w) / 2;
          closeTo(key.weight, minimiser(objective, 5000), 1e-4);
        }
      }),
    );
  });
});

describe('plain SGD', () => {
  test('takes smaller steps with each minibatch, whatever the gradients were', () => {
    const key = new Key(onlineLearner('SGD', { type: 'DECAY', alpha: 1, beta: 1 }, { l1: 0, l2: 0 }));
    const weights = [3, -1, 0, 2].map((g) => {
      key.learn(g);
      return key.weight;
    });

    const first = -3 / 2;
    const second = first + 1 / (1 + Math.SQRT2);
    for (const [i, expected] of [first, second, second, second - 2 / 3].entries())
      closeTo(weights[i]!, expected, 1e-14);
    expect(key.sums.n[0]).toBe(0);
  });

  test('can keep its rate', () => {
    const key = new Key(onlineLearner('SGD', { type: 'CONSTANT', alpha: 0.25, beta: 0 }, { l1: 0.4, l2: 0 }));

    key.learn(-2);
    key.learn(0.2);

    expect(key.weight).toBeCloseTo(0.25 * (2 - 0.4 - 0.2 - 0.4), 15);
  });
});

test.each(['FTRL', 'ADAGRAD', 'SGD'] as const)('%s starts at any given weight, also without β', (algorithm) => {
  const starts = fc.record({
    type: fc.constantFrom('CONSTANT', 'DECAY'),
    alpha: positive,
    beta: fc.oneof(fc.constant(0), positive),
  });
  fc.assert(
    fc.property(starts, penalties, fc.double({ min: -100, max: 100, noNaN: true }), (rate, penalty, weight) => {
      const learner = onlineLearner(algorithm, rate as LearningRate, penalty);
      const start = learner.startAt(weight);
      const weights = new Float64Array(1);

      learner.weights({ z: Float64Array.of(start.z), n: Float64Array.of(start.n) }, weights);

      closeTo(weights[0]!, weight, 1e-9);
    }),
  );
});
