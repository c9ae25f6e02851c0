import fc from 'fast-check';
import { FeatureEncoder, learnEncoding } from '../../../learning/features/feature-encoding';
import type { Row, ScalarFeature } from '../../../learning/model';
import { fitSoftmax, type SoftmaxOptions, softmaxInPlace } from '../../../learning/softmax/softmax';

/** A small problem written as a reader of a textbook would: rows of numbers, class numbers. */
interface Example {
  readonly xs: readonly (readonly number[])[];
  readonly ys: readonly number[];
  readonly classes: number;
}

function optimum({ xs, ys, classes }: Example, options: SoftmaxOptions) {
  const features: ScalarFeature[] = xs[0]!.map((_, i) => ({ name: `x${i}`, type: 'float', aliases: [] }));
  const encoder = new FeatureEncoder(learnEncoding(features, xs as Row[]));
  const problem = { design: encoder.encode(xs as Row[]), width: encoder.width, labels: Int32Array.from(ys), classes };
  const steps = fitSoftmax(problem, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Σ −ln p(y|x) + ½λ‖W‖², written anew from the definition; `theta` is W (features × classes), then b. */
function objective({ xs, ys, classes }: Example, lambda: number, theta: readonly number[]): number {
  const size = xs[0]!.length * classes;
  const loss = xs.reduce((sum, x, row) => {
    const logits = Array.from({ length: classes }, (_, c) =>
      x.reduce((logit, value, i) => logit + value * theta[i * classes + c]!, theta[size + c]!),
    );
    const total = logits.reduce((all, logit) => all + Math.exp(logit), 0);
    return sum - Math.log(Math.exp(logits[ys[row]!]!) / total);
  }, 0);
  return loss + 0.5 * lambda * theta.slice(0, size).reduce((sum, weight) => sum + weight ** 2, 0);
}

/** Central differences of `objective`. */
function numericalGradient(example: Example, lambda: number, theta: readonly number[]): number[] {
  const h = 1e-5;
  const shifted = (i: number, by: number) => theta.map((entry, n) => (n === i ? entry + by : entry));
  return theta.map(
    (_, i) => (objective(example, lambda, shifted(i, h)) - objective(example, lambda, shifted(i, -h))) / (2 * h),
  );
}

const examples = fc
  .record({ classes: fc.integer({ min: 2, max: 4 }), width: fc.integer({ min: 1, max: 3 }) })
  .chain(({ classes, width }) =>
    fc
      .array(
        fc.tuple(
          fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: width, maxLength: width }),
          fc.nat(classes - 1),
        ),
        { minLength: 1, maxLength: 20 },
      )
      .map((rows) => {
        // One row of each class at least: an intercept that nothing holds has no optimum.
        const all = [...rows, ...Array.from({ length: classes }, (_, c) => [Array(width).fill(c), c] as const)];
        return { xs: all.map(([x]) => x), ys: all.map(([, y]) => y), classes } satisfies Example;
      }),
  );

const overlapping: Example = {
  xs: [
    [0.2, 1.1],
    [1.3, -0.4],
    [2.2, 0.3],
    [0.9, 0.8],
    [-1.0, 0.1],
    [1.8, 1.7],
    [-0.3, -1.2],
  ],
  ys: [0, 1, 2, 0, 1, 2, 1],
  classes: 3,
};

describe('softmax regression', () => {
  test('ends where an independently written objective has no slope', () => {
    fc.assert(
      fc.property(examples, fc.constantFrom(0.1, 1, 10), (example, lambda) => {
        const { weights, intercepts, minimum } = optimum(example, { lambda, maxIterations: 500 });

        expect(minimum.reason).toBe('converged');
        const slopes = numericalGradient(example, lambda, [...weights, ...intercepts]);
        for (const slope of slopes) expect(Math.abs(slope)).toBeLessThan(1e-6 * example.xs.length + 1e-7);
      }),
      { numRuns: 50 },
    );
  });

  test('agrees with plain gradient descent run to high precision', () => {
    // GIVEN gradient descent on the numerical gradient
    let theta: number[] = new Array(9).fill(0);
    for (let step = 0; step < 3000; step++) {
      const gradient = numericalGradient(overlapping, 1, theta);
      theta = theta.map((entry, i) => entry - 0.1 * gradient[i]!);
    }

    // WHEN
    const { weights, intercepts, minimum } = optimum(overlapping, { lambda: 1, maxIterations: 500 });

    // THEN
    for (const [i, entry] of [...weights, ...intercepts].entries()) expect(entry).toBeCloseTo(theta[i]!, 4);
    expect(minimum.value).toBeCloseTo(objective(overlapping, 1, theta), 8);
  });

  test('gives every class its share of the rows where the features say nothing', () => {
    const constant = { xs: [[7], [7], [7], [7]], ys: [0, 0, 0, 1], classes: 2 };

    const { weights, intercepts } = optimum(constant, { lambda: 1, maxIterations: 500 });

    const logits = [0, 1].map((c) => intercepts[c]! + 7 * weights[c]!);
    expect(1 / (1 + Math.exp(logits[1]! - logits[0]!))).toBeCloseTo(0.75, 5);
  });

  test.each([
    ['far from zero', (x: number) => x + 2000],
    ['in a tiny unit', (x: number) => x * 1e-3 + 1],
    ['in a huge unit', (x: number) => x * 1e5],
  ])('converges in few steps on features %s', (_, change) => {
    const xs = overlapping.xs.map(([a, b]) => [change(a!), b!]);

    const { minimum } = optimum({ ...overlapping, xs }, { lambda: 1, maxIterations: 100 });

    expect(minimum.reason).toBe('converged');
  });

  test('needs no penalty if the classes overlap', () => {
    const { minimum } = optimum(
      { xs: [[1], [2], [3], [4]], ys: [0, 1, 0, 1], classes: 2 },
      { lambda: 0, maxIterations: 500 },
    );

    expect(minimum.reason).toBe('converged');
  });
});

describe('the softmax function', () => {
  test('gives probabilities that add up to 1, however large the logits', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { minLength: 1 }), (logits) => {
        const probabilities = [...logits];
        softmaxInPlace(probabilities);

        expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      }),
    );
  });

  test('answers ln Σ exp of the logits', () => {
    expect(softmaxInPlace([0, Math.log(2), Math.log(3)])).toBeCloseTo(Math.log(6), 14);
  });
});
