import fc from 'fast-check';
import { parameterSets } from '../../../config/models/tuning';
import { ConfigError, resolveConfig } from '../../../config/resolve';

const movies = { algorithm: 'als', source: { csv: 'ratings.csv' } };
const iris = {
  algorithm: 'softmax',
  source: { csv: 'iris.csv' },
  target: 'species',
  mapping: [{ name: 'length', type: 'float' }],
};
const ctr = { algorithm: 'sparse-linear', conf: 'ctr.conf', mapping: [{ name: 'features', type: 'sparse' }] };

function faultsOf(model: object): readonly string[] {
  try {
    resolveConfig({ models: { m: model } });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

test('a grid has all combinations, the first key slowest', () => {
  expect(parameterSets({ grid: { lambda: [0.05, 0.12], rank: [10, 50] } })).toEqual([
    { lambda: 0.05, rank: 10 },
    { lambda: 0.05, rank: 50 },
    { lambda: 0.12, rank: 10 },
    { lambda: 0.12, rank: 50 },
  ]);
});

test('the place of a set is a number whose digits are the places of its values', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 4 });
  const grids = names.chain((keys) =>
    fc.tuple(...keys.map((key) => fc.integer({ min: 1, max: 4 }).map((size) => [key, size] as const))),
  );
  fc.assert(
    fc.property(grids, (sizes) => {
      const valuesOf = (size: number) => Array.from({ length: size }, (_, n) => n);
      const sets = parameterSets({ grid: Object.fromEntries(sizes.map(([key, size]) => [key, valuesOf(size)])) });

      const places = sets.map((set) => sizes.reduce((place, [key, size]) => place * size + (set[key] as number), 0));
      expect(places).toEqual(valuesOf(sizes.reduce((product, [, size]) => product * size, 1)));
    }),
  );
});

test('candidates are the sets as they are', () => {
  expect(parameterSets({ candidates: [{ rank: 10 }, { lambda: 1 }] })).toEqual([{ rank: 10 }, { lambda: 1 }]);
});

test('what is not said has five folds', () => {
  const { models } = resolveConfig({ models: { m: { ...movies, tune: { grid: { rank: [10] } } } } });

  expect(models.m?.tune).toEqual({ folds: 5, grid: { rank: [10] } });
});

test.each<[object]>([
  [{ ...movies, tune: { metric: 'ndcg@5', candidates: [{ rank: 10, lambda: 0.1 }, {}] } }],
  [{ ...movies, mode: 'velox', tune: { metric: 'mae', grid: { ridgeFactor: [1, 2] } } }],
  [{ ...iris, tune: { metric: 'logloss', folds: 10, grid: { lambda: [0, 1] } } }],
  [{ ...ctr, tune: { metric: 'auc', grid: { lambda1: [0, 1], alpha: [0.1] } } }],
])('%j is fine', (model) => {
  expect(faultsOf(model)).toEqual([]);
});

test.each<[object, string]>([
  [{ ...iris, tune: {} }, 'models.m.tune: needs a grid or candidates'],
  [{ ...iris, tune: { grid: {} } }, 'models.m.tune.grid: is empty; name values to try, as in { lambda: [0.1, 1] }'],
  [{ ...iris, tune: { grid: { lambda: [] } } }, 'models.m.tune.grid.lambda: must not have fewer than 1 items, not []'],
  [
    { ...iris, tune: { grid: { lambda: [1] }, candidates: [{ lambda: 1 }] } },
    'models.m.tune: has both grid and candidates; keep one',
  ],
  [
    { ...iris, tune: { grid: { rank: [10] } } },
    'models.m.tune.grid.rank: is no parameter of softmax; it has lambda, maxIterations',
  ],
  [{ ...movies, tune: { grid: { rank: [10, 'many'] } } }, 'models.m.tune.grid.rank[1]: must be integer, not "many"'],
  [{ ...movies, tune: { grid: { lambda: [1, 0] } } }, 'models.m.tune.grid.lambda[1]: must be above 0'],
  [
    { ...movies, tune: { candidates: [{ rank: 10 }, { rank: 0.5 }] } },
    'models.m.tune.candidates[1].rank: must be integer, not 0.5',
  ],
  [
    { ...movies, tune: { metric: 'accuracy', grid: { rank: [1] } } },
    "models.m.tune.metric: 'accuracy' is no metric of als in mode 'explicit'; write one of rmse, mae, precision@k, hr@k, ndcg@k, map@k, with a number from 1 to 9999 for k",
  ],
  [
    { ...movies, mode: 'implicit', tune: { metric: 'rmse', grid: { rank: [1] } } },
    "models.m.tune.metric: 'rmse' is no metric of als in mode 'implicit'; write one of precision@k, hr@k, ndcg@k, map@k, with a number from 1 to 9999 for k",
  ],
  [
    { ...movies, mode: 'implicit', tune: { metric: 'ndcg@k', grid: { rank: [1] } } },
    "models.m.tune.metric: 'ndcg@k' is no metric of als in mode 'implicit'; write one of precision@k, hr@k, ndcg@k, map@k, with a number from 1 to 9999 for k",
  ],
  [{ ...iris, tune: { folds: 1, grid: { lambda: [1] } } }, 'models.m.tune.folds: must be >= 2, not 1'],
  [
    { ...iris, tune: { grid: { lambda: Array(101).fill(1), maxIterations: Array(101).fill(1) } } },
    'models.m.tune.grid: has 10201 combinations; more than 10000 are not tried',
  ],
])('%j is refused: %s', (model, fault) => {
  expect(faultsOf(model)).toEqual([fault]);
});
