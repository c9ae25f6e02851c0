import { resolveConfig } from '../../../config/resolve';
import type { AlsConfig } from '../../../config/schema';
import { explicitAls, implicitAls } from '../../../learning/recommender/als/als';
import { InteractionBuilder } from '../../../learning/recommender/interactions/interaction-builder';
import { rate } from '../../../learning/sample/rating-data';
import {
  type InteractionProblem,
  interactionMetrics,
  runInteractionFold,
} from '../../../training/cross-validation/interaction-fold';
import { factoriseInThreads } from '../../../training/recommender/factorise';

const rows = [...rate({ users: 30, items: 20, ratingsPerUser: 8, seed: 3 })].map(({ user, item, rating }) => ({
  user: `u${user}`,
  item: `i${item}`,
  rating,
}));

const configOf = (mode: AlsConfig['mode']): AlsConfig =>
  resolveConfig({ models: { movies: { algorithm: 'als', source: { csv: 'r.csv' }, mode } } }).models
    .movies as AlsConfig;

const problemOf = (mode: AlsConfig['mode'], more: Partial<InteractionProblem> = {}): InteractionProblem => ({
  kind: 'interactions',
  config: configOf(mode),
  folds: 3,
  source: 'r.csv',
  interactions: {
    users: rows.map(({ user }) => user),
    items: rows.map(({ item }) => item),
    values: Float64Array.from(rows, ({ rating }) => rating),
  },
  ...more,
});

const set = { rank: 3, sweeps: 4 };

const metricsOf = async (problem: InteractionProblem) =>
  interactionMetrics(await Promise.all([0, 1, 2].map((fold) => runInteractionFold(problem, set, fold))));

/** The rows of a fold or those outside of it, by the rule as it is written. */
const rowsOf = (fold: number, isTest: boolean) => rows.filter((_, i) => (i % 3 === fold) === isTest);

function built(some: typeof rows) {
  const builder = new InteractionBuilder();
  for (const { user, item, rating } of some) builder.add(user, item, rating);
  return builder.build();
}

test('the errors of ratings are those over all rows, each predicted without its fold', async () => {
  const metrics = await metricsOf(problemOf('explicit'));

  const errors: number[] = [];
  for (const fold of [0, 1, 2]) {
    const options = { lambda: 0.12, rank: 3, sweeps: 4, seed: 1 };
    const model = await factoriseInThreads(explicitAls(built(rowsOf(fold, false)), options));
    for (const { user, item, rating } of rowsOf(fold, true)) {
      errors.push(rating - (model.predict([[user, item]])[0]!.output as number));
    }
  }
  expect(errors).toHaveLength(rows.length);
  expect(Object.keys(metrics)).toEqual(['rmse', 'mae']);
  expect(metrics.rmse).toBeCloseTo(Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / rows.length), 12);
  expect(metrics.mae).toBeCloseTo(errors.reduce((sum, e) => sum + Math.abs(e), 0) / rows.length, 12);
});

test('rankings are asked for once for each user and fold, and averaged over all these queries', async () => {
  const metrics = await metricsOf(problemOf('implicit', { rankingDepth: 4 }));

  const [precisions, hits, gains]: [number[], number[], number[]] = [[], [], []];
  for (const fold of [0, 1, 2]) {
    const [train, test] = [rowsOf(fold, false), rowsOf(fold, true)];
    const options = { lambda: 0.01, rank: 3, sweeps: 4, unseenWeight: 0.1, seed: 1 };
    const model = await factoriseInThreads(implicitAls(built(train), options));
    const items = [...new Set(train.map(({ item }) => item))].sort();
    for (const user of new Set(test.map((row) => row.user))) {
      const seen = train.filter((row) => row.user === user).map(({ item }) => item);
      const relevant = test.filter((row) => row.user === user).map(({ item }) => item);
      const ranked = items
        .filter((item) => !seen.includes(item))
        .map((item) => ({ item, score: model.predict([[user, item]])[0]!.output as number }))
        .sort((a, b) => b.score - a.score)
        .slice(0, 4)
        .map(({ item }) => relevant.includes(item));
      const possible = Math.min(4, relevant.length);
      const discount = (_: unknown, i: number) => 1 / Math.log2(i + 2);
      const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
      precisions.push(ranked.filter(Boolean).length / possible);
      hits.push(ranked.some(Boolean) ? 1 : 0);
      gains.push(
        sum(ranked.map((hit, i) => (hit ? discount(hit, i) : 0))) / sum(Array.from({ length: possible }, discount)),
      );
    }
  }
  const mean = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0) / numbers.length;
  expect(metrics['precision@4']).toBeCloseTo(mean(precisions), 12);
  expect(metrics['hr@4']).toBeCloseTo(mean(hits), 12);
  expect(metrics['ndcg@4']).toBeCloseTo(mean(gains), 12);
  expect(Object.keys(metrics)).toEqual(['precision@4', 'hr@4', 'ndcg@4', 'map@4']);
});

test('an interaction that is repeated is a row each time, and is not asked for again where it was seen', async () => {
  const interactions = {
    users: ['u', 'u', 'v', 'v'],
    items: ['a', 'a', 'a', 'b'],
    values: Float64Array.of(1, 5, 2, 4),
  };

  const outcome = await runInteractionFold(
    problemOf('explicit', { interactions, folds: 2, rankingDepth: 2 }),
    { rank: 1, sweeps: 1 },
    0,
  );

  // Rows 0 and 2 are tested; of u the item a was seen, of v it was not.
  expect(outcome.errors).toHaveLength(2);
  expect(outcome.queries).toHaveLength(1);
});

test('one interaction is too few', async () => {
  const interactions = { users: ['u'], items: ['a'], values: Float64Array.of(1) };

  await expect(runInteractionFold(problemOf('explicit', { interactions }), {}, 0)).rejects.toThrow(
    'r.csv: one interaction is too few to hold some out',
  );
});
