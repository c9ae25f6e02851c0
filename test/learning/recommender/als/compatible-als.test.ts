import { type CompatibleAlsOptions, compatibleAls } from '../../../../learning/recommender/als/compatible-als';
import { factorise, solveSide } from '../../../../learning/recommender/als/factorisation';
import { rate } from '../../../../learning/sample/rating-data';
import { normalMatrix, relativeError, solveByElimination } from '../../linear-algebra/support/gauss';
import { build, type Triple, table } from '../support/interactions';

const options: CompatibleAlsOptions = { numFeatures: 4, lambda: 1, ridgeFactor: 4, iterations: 5, seed: 1 };

const triples = [...rate({ users: 30, items: 20, ratingsPerUser: 8, seed: 5 })].map(
  ({ user, item, rating }): Triple => [`u${user}`, `i${item}`, rating],
);
const data = build(triples);

/** (Σ f fᵀ + ridge · I)⁻¹ Σ f s */
function solveDirectly(scores: ReadonlyMap<string, number>, featuresOf: (item: string) => number[], ridge: number) {
  const features = [...scores.keys()].map(featuresOf);
  const right = features[0]!.map((_, i) =>
    [...scores.values()].reduce((sum, score, n) => sum + features[n]![i]! * score, 0),
  );
  return solveByElimination(normalMatrix(features, right.length, ridge), right);
}

describe('ALS as Velox did it', () => {
  test('starts from users of length 1', () => {
    const { userFactors } = compatibleAls(data, options).state;

    for (let row = 0; row < data.users.length; row++) {
      expect(Math.hypot(...userFactors.subarray(4 * row, 4 * row + 4))).toBeCloseTo(1, 12);
    }
  });

  test('solves for items and users in turn, five times, each with lambda times its own number of scores', () => {
    const { state, steps } = compatibleAls(data, options);
    const scoresOf = table(triples.map(([user, item, score]): Triple => [item, user, score]));

    expect(steps).toEqual(['items', 'users', 'items', 'users', 'items', 'users', 'items', 'users', 'items']);
    solveSide(state, 'items');

    for (const [n, item] of data.items.entries()) {
      const scores = scoresOf.get(item)!;
      const ofUser = (user: string) => [...state.userFactors.subarray(4 * data.users.indexOf(user)).subarray(0, 4)];
      const expected = solveDirectly(scores, ofUser, 1 * scores.size);
      expect(relativeError(state.itemFactors.subarray(4 * n, 4 * n + 4), expected)).toBeLessThan(1e-9);
    }
  });

  test('gives each user, and the average one over mean scores, the weights of ridge regression on the items', () => {
    const model = factorise(compatibleAls(data, { ...options, lambda: 0.5, ridgeFactor: 3 }));
    const featuresOf = (item: string) => [...model.featuresOf(item)];

    for (const [user, scores] of table(triples)) {
      expect(relativeError(model.weightsOf(user)!, solveDirectly(scores, featuresOf, 1.5))).toBeLessThan(1e-9);
    }
    const byItem = table(triples.map(([user, item, score]): Triple => [item, user, score]));
    const means = new Map(
      [...byItem].map(([item, scores]) => [item, [...scores.values()].reduce((sum, s) => sum + s, 0) / scores.size]),
    );
    expect(relativeError(model.averageUser, solveDirectly(means, featuresOf, 1.5))).toBeLessThan(1e-9);
  });

  test('scores without clipping, and an unknown item 0', () => {
    const model = factorise(compatibleAls(data, options));

    expect(model.range).toBeUndefined();
    expect(model.predict([['u1', 'nothing']])).toEqual([{ output: 0 }]);
  });

  test('is repeatable', () => {
    expect(factorise(compatibleAls(data, options))).toEqual(factorise(compatibleAls(build([...triples]), options)));
  });
});
