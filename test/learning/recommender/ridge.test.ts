import fc from 'fast-check';
import { Random } from '../../../learning/random';
import { ObservedUser } from '../../../learning/recommender/observed-user';
import { RidgeSums } from '../../../learning/recommender/ridge';
import { normalMatrix, relativeError, solveByElimination } from '../linear-algebra/support/gauss';

interface Observation {
  readonly features: readonly number[];
  readonly score: number;
}

/** (Σ f fᵀ + ridge · I)⁻¹ Σ f s, solved whole. */
function solveDirectly(observations: readonly Observation[], width: number, ridge: number): number[] {
  const matrix = normalMatrix(
    observations.map(({ features }) => features),
    width,
    ridge,
  );
  const right = Array.from({ length: width }, (_, i) =>
    observations.reduce((sum, { features, score }) => sum + features[i]! * score, 0),
  );
  return solveByElimination(matrix, right);
}

/** Of a few items a score. */
const scores = fc.array(
  fc.record({
    item: fc.nat(9),
    score: fc.oneof(
      fc.integer({ min: -50, max: 50 }).map((n) => n / 10),
      fc.constant(1e20),
    ),
  }),
  { maxLength: 60 },
);

const vector = (random: Random, width: number) => Float64Array.from({ length: width }, () => random.normal());

describe('a user who learns online', () => {
  test('has the weights of the direct solution over the last score of each item, whatever came before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 40 }).map((n) => n / 10),
        scores,
        fc.nat(),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (width, ridge, observed, seed, solvedMeanwhile) => {
          // GIVEN
          const random = new Random(seed);
          const items = Array.from({ length: 10 }, () => vector(random, width));
          const user = new ObservedUser({ width, featuresOf: (item) => items[Number(item)]! }, ridge);
          const last = new Map<number, Observation>();

          // WHEN
          observed.forEach(({ item, score }, i) => {
            user.observe(String(item), score);
            last.set(item, { features: [...items[item]!], score });
            if (solvedMeanwhile[i]) user.solve();
          });

          // THEN
          const expected = solveDirectly([...last.values()], width, ridge);
          expect(relativeError(user.solve().weights, expected)).toBeLessThan(1e-9);
          expect(user.observations).toBe(last.size);
        },
      ),
    );
  });

  test('moves away from the weights at the start by the solution for what these leave over', () => {
    // GIVEN
    const random = new Random(1);
    const width = 4;
    const items = Array.from({ length: 6 }, () => vector(random, width));
    const start = vector(random, width);
    const user = new ObservedUser({ width, featuresOf: (item) => items[Number(item)]! }, 0.5, start);
    expect(user.solve().weights).toEqual(start);

    // WHEN
    for (const item of items.keys()) user.observe(String(item), item);

    // THEN
    const rest = items.map((features, item) => ({
      features: [...features],
      score: item - features.reduce((sum, f, i) => sum + f * start[i]!, 0),
    }));
    const expected = solveDirectly(rest, width, 0.5).map((difference, i) => start[i]! + difference);
    expect(relativeError(user.solve().weights, expected)).toBeLessThan(1e-9);
  });

  test('has weights of zero before the first observation', () => {
    const items = { width: 3, featuresOf: () => new Float64Array(3) };
    expect(new ObservedUser(items, 1).solve().weights).toEqual(new Float64Array(3));
  });
});

test('the uncertainty of a score is √(fᵀA⁻¹f)', () => {
  // GIVEN A = diag(4 + 1, 1)
  const sums = new RidgeSums(2, 1);
  sums.add(Float64Array.of(2, 0), 3);

  const solution = sums.solve();

  expect(solution.weights[0]).toBeCloseTo(6 / 5, 14);
  expect(solution.uncertaintyOf(Float64Array.of(1, 0))).toBeCloseTo(Math.sqrt(1 / 5), 14);
  expect(solution.uncertaintyOf(Float64Array.of(1, 2))).toBeCloseTo(Math.sqrt(1 / 5 + 4), 14);
});
