import { Catalogue } from '../../../learning/recommender/catalogue';
import { rankingQuality, ratingErrors } from '../../../learning/recommender/evaluate';
import { FactorModel } from '../../../learning/recommender/factor-model';
import { holdOut } from '../../../learning/recommender/interactions/hold-out';
import { rate } from '../../../learning/sample/rating-data';
import { build, type Triple, table } from './support/interactions';

/** Ada likes a most, then b, c and d; bob the other way round; whoever else likes nothing more than anything. */
const model = new FactorModel({
  catalogue: new Catalogue({
    ids: ['a', 'b', 'c', 'd'],
    features: Float64Array.of(4, 3, 2, 1),
    width: 1,
    rank: 1,
    popularity: new Float64Array(4),
  }),
  users: { ids: ['ada', 'bob'], weights: Float64Array.of(1, -1) },
  averageUser: Float64Array.of(0),
  unknownItem: Float64Array.of(0),
  range: undefined,
  params: {},
});

test('the errors of scores are those worked out by hand', () => {
  // Ada: 4 − 3 and 1 − 3, an unknown user: 0 − 1.
  const ratings = build([
    ['ada', 'a', 3],
    ['ada', 'd', 3],
    ['eve', 'b', 1],
  ]);

  const { rmse, mae } = ratingErrors(model, ratings);

  expect(rmse).toBeCloseTo(Math.sqrt((1 + 4 + 1) / 3), 14);
  expect(mae).toBeCloseTo(4 / 3, 14);
});

describe('the quality of a ranking', () => {
  test('is the mean over users, who are not asked about what they saw in training', () => {
    // GIVEN that ada saw the best item, so that c is her second, and d is bob's first
    const seen = build([['ada', 'a', 1]]);
    const test = build([
      ['ada', 'c', 1],
      ['bob', 'd', 1],
    ]);

    expect(rankingQuality(model, test, 2, seen)).toEqual({
      precision: 1,
      hitRate: 1,
      ndcg: (1 + 1 / Math.log2(3)) / 2,
      map: (1 + 1 / 2) / 2,
    });
    expect(rankingQuality(model, test, 2)!.hitRate).toBe(0.5);
  });

  test('counts an item that training did not meet as one that is missed', () => {
    expect(rankingQuality(model, build([['bob', 'new', 1]]), 4)!.hitRate).toBe(0);
  });

  test('is undefined without interactions', () => {
    expect(rankingQuality(model, build([]), 3)).toBeUndefined();
  });
});

describe('holding out', () => {
  const triples = [...rate({ users: 100, items: 60, ratingsPerUser: 20, seed: 2 })].map(
    ({ user, item, rating }): Triple => [`u${user}`, `i${item}`, rating],
  );
  const all = build(triples);
  const pairsOf = ({ users, items, interactions }: typeof all) =>
    users.flatMap((user, row) =>
      Array.from(
        interactions.columns.subarray(interactions.offsets[row], interactions.offsets[row + 1]),
        (column) => `${user} ${items[column]}`,
      ),
    );

  test('parts the interactions, about so many of them as test data', () => {
    const { train, test } = holdOut(all, 0.2, 1);

    expect([...pairsOf(train), ...pairsOf(test)].sort()).toEqual(pairsOf(all).sort());
    const share = test.interactions.values.length / all.interactions.values.length;
    // Six standard deviations.
    expect(Math.abs(share - 0.2)).toBeLessThan(6 * Math.sqrt((0.2 * 0.8) / all.interactions.values.length));
    expect([...table(triples).keys()]).toEqual(expect.arrayContaining([...train.users]));
  });

  test('gives the same for the same seed, another for another, and no test data for none', () => {
    expect(holdOut(all, 0.2, 1)).toEqual(holdOut(all, 0.2, 1));
    expect(pairsOf(holdOut(all, 0.2, 2).test)).not.toEqual(pairsOf(holdOut(all, 0.2, 1).test));
    expect(holdOut(all, 0, 1).train).toEqual(all);
  });
});
