import fc from 'fast-check';
import { Random } from '../../../learning/random';
import { Catalogue } from '../../../learning/recommender/catalogue';
import { FactorModel, type ScoreRange } from '../../../learning/recommender/factor-model';
import { mostPopular, rankCandidates, recommend, similarItems } from '../../../learning/recommender/recommend';
import { RidgeSums } from '../../../learning/recommender/ridge';

function catalogueOf(features: readonly (readonly number[])[], rank = features[0]!.length): Catalogue {
  return new Catalogue({
    ids: features.map((_, item) => `item ${String(item).padStart(4, '0')}`),
    features: Float64Array.from(features.flat()),
    width: features[0]!.length,
    rank,
    popularity: Float64Array.from(features, (_, item) => item % 3),
  });
}

const modelOf = (catalogue: Catalogue, range?: ScoreRange): FactorModel =>
  new FactorModel({
    catalogue,
    users: { ids: [], weights: new Float64Array() },
    averageUser: new Float64Array(catalogue.width),
    unknownItem: new Float64Array(catalogue.width),
    range,
    params: {},
  });

/** Small whole numbers, so that products are exact and many items tie. */
const vector = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 });
const vectors = fc.array(vector, { minLength: 1, maxLength: 40 });

const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

const byScore = <T extends { readonly score: number }>(list: T[]) => list.sort((a, b) => b.score - a.score);

describe('recommending', () => {
  test('ranks the whole catalogue by the dot product, ties by id, without what is not admitted', () => {
    fc.assert(
      fc.property(vectors, vector, fc.nat(45), fc.nat(3), (items, weights, k, left) => {
        const admits = (item: number) => item % 4 !== left;

        const best = recommend(modelOf(catalogueOf(items)), Float64Array.from(weights), k, { admits });

        const all = items.map((features, item) => ({ item, score: product(weights, features) }));
        expect(best).toEqual(byScore(all.filter(({ item }) => admits(item))).slice(0, k));
      }),
    );
  });

  test('ranks by what scores would be without the range to which they are clipped', () => {
    const model = modelOf(catalogueOf([[6], [8], [7], [1]]), { min: 2, max: 5 });

    expect(recommend(model, Float64Array.of(1), 4)).toEqual([
      { item: 1, score: 5 },
      { item: 2, score: 5 },
      { item: 0, score: 5 },
      { item: 3, score: 2 },
    ]);
  });

  test('prefers what is little known, as strongly as asked', () => {
    // GIVEN a user who often liked the first item
    const model = modelOf(
      catalogueOf([
        [1, 0],
        [0, 1],
      ]),
    );
    const sums = new RidgeSums(2, 1);
    for (let n = 0; n < 8; n++) sums.add(Float64Array.of(1, 0), 1);
    const solution = sums.solve();

    // WHEN the scores are 8/9 and 0, and the uncertainties 1/3 and 1
    const first = (alpha: number) => recommend(model, solution.weights, 1, { exploration: { solution, alpha } })[0]!;

    // THEN alpha · (1 − 1/3) has to exceed 8/9
    expect(first(1.32).item).toBe(0);
    expect(first(1.34)).toEqual({ item: 1, score: 0 });
  });
});

describe('ranking candidates', () => {
  test('keeps repeated ones, in the order of the request where they tie', () => {
    fc.assert(
      fc.property(vectors, vector, fc.integer({ min: -1, max: 45 }), (candidates, weights, k) => {
        const model = modelOf(catalogueOf(candidates));
        const features = candidates.map((candidate) => Float64Array.from(candidate));

        const best = rankCandidates(model, Float64Array.from(weights), features, k);

        const all = candidates.map((candidate, position) => ({ position, score: product(weights, candidate) }));
        expect(best).toEqual(byScore(all).slice(0, Math.max(0, k)));
      }),
    );
  });
});

describe('similar items', () => {
  test('are those with the largest sum of cosines, above 0, without the ones asked about', () => {
    const random = new Random(1);
    const items = Array.from({ length: 50 }, () => Array.from({ length: 4 }, () => random.normal()));
    const cosine = (a: readonly number[], b: readonly number[]) =>
      product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(49), { maxLength: 4 }), fc.nat(60), (asked, k) => {
        const similar = similarItems(catalogueOf(items), asked, k);

        const all = items
          .map((features, item) => ({
            item,
            score: asked.reduce((sum, other) => sum + cosine(features, items[other]!), 0),
          }))
          .filter(({ item, score }) => score > 0 && !asked.includes(item));
        const expected = byScore(all).slice(0, k);
        expect(similar.map(({ item }) => item)).toEqual(expected.map(({ item }) => item));
        for (const [i, { score }] of similar.entries()) expect(score).toBeCloseTo(expected[i]!.score, 12);
      }),
    );
  });

  test('compare factors only, not the deviations beside them', () => {
    const catalogue = catalogueOf(
      [
        [1, 0, 9],
        [0, 1, 9],
        [2, 0, -9],
      ],
      2,
    );

    expect(similarItems(catalogue, [0], 5)).toEqual([{ item: 2, score: 1 }]);
  });

  test('are none for an item without factors', () => {
    expect(similarItems(catalogueOf([[0], [1]]), [0], 5)).toEqual([]);
    expect(similarItems(catalogueOf([[0], [1]]), [1], 5)).toEqual([]);
  });
});

test('the most popular items are those met most often, ties by id', () => {
  const catalogue = catalogueOf([[0], [0], [0], [0], [0], [0]]);

  expect(mostPopular(catalogue, 4).map(({ item }) => item)).toEqual([2, 5, 1, 4]);
  expect(mostPopular(catalogue, 2, { admits: (item) => item !== 2 }).map(({ item }) => item)).toEqual([5, 1]);
});

describe('boosted items', () => {
  const boost = (item: number) => 1 - item;

  test('rank by the score times their factor, clipped to the range of the model first', () => {
    fc.assert(
      fc.property(vectors, vector, fc.nat(45), (items, weights, k) => {
        const range = { min: -3, max: 3 };
        const best = recommend(modelOf(catalogueOf(items), range), Float64Array.from(weights), k, { boost });

        const scores = items.map((features, item) => {
          const score = Math.min(Math.max(product(features, weights), range.min), range.max);
          // A zero has no sign here.
          return { item, score: score * boost(item) + 0 };
        });
        expect(best.map(({ item, score }) => ({ item, score: score + 0 }))).toEqual(byScore(scores).slice(0, k));
      }),
    );
  });

  test('count among similar items only if they stay above 0', () => {
    const catalogue = catalogueOf([[1], [1], [2], [-1]]);

    expect(similarItems(catalogue, [0], 5, { boost: (item) => item - 1 })).toEqual([{ item: 2, score: 1 }]);
  });

  test('are more popular by it, whatever popularity is counted', () => {
    const popularity = Float64Array.of(1, 2, 3);

    expect(mostPopular(catalogueOf([[0], [0], [0]]), 2, { popularity, boost: (item) => 3 - item })).toEqual([
      { item: 1, score: 4 },
      { item: 0, score: 3 },
    ]);
    expect([...popularity]).toEqual([1, 2, 3]);
  });
});
