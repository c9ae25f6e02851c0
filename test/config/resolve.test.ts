import { ConfigError, resolveConfig } from '../../config/resolve';

const iris = {
  algorithm: 'softmax',
  source: { csv: 'iris.csv' },
  target: 'species',
  mapping: [
    { name: 'length', type: 'float' },
    { name: 'width', type: 'float' },
  ],
};

const movies = { algorithm: 'als', source: { csv: 'ratings.csv' } };

const ctr = { algorithm: 'sparse-linear', conf: 'ctr.conf', mapping: [{ name: 'features', type: 'sparse' }] };

const onnx = { algorithm: 'onnx', file: 'm.onnx', mapping: [{ name: 'x', type: 'float' }] };

function faultsOf(input: unknown): readonly string[] {
  try {
    resolveConfig(input);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('a configuration', () => {
  test('that names a model only gets every default', () => {
    const config = resolveConfig({ models: { iris } });

    expect(config.models.iris).toMatchObject({
      hyperparameters: { lambda: 1, maxIterations: 500 },
      evaluation: { testFraction: 0.2, seed: 1 },
      betterThanActive: false,
    });
    expect(config.models.iris?.mapping[0]).toEqual({ name: 'length', type: 'float', aliases: [] });
    expect(config.log).toEqual({ fsyncMs: 100, spoolMaxBytes: 1024 ** 3, duplicateKeys: 1_000_000 });
    expect(config.http).toMatchObject({ bodyLimit: 8 * 1024 ** 2, keepAliveTimeoutMs: 75_000, drainMs: 15_000 });
    expect(config.palladium.services).toEqual([
      { entryPoint: '/predict', params: [], predictProba: false, unwrapSample: false, allowNonFinite: false },
    ]);
  });

  test('may have a model that a dmlc configuration trains', () => {
    const config = resolveConfig({ models: { ctr } });

    expect(config.models.ctr).toEqual({
      ...ctr,
      mapping: [{ name: 'features', type: 'sparse', aliases: [] }],
      hyperparameters: {},
      params: {},
      betterThanActive: false,
    });
    expect(resolveConfig(config)).toEqual(config);
  });

  test('may have a text model of users and items, which have their names by default', () => {
    const texts = { algorithm: 'naive', mode: 'user-item', source: { csv: 'texts.csv' }, target: 'topic' };

    const config = resolveConfig({ models: { texts } });

    expect(config.models.texts).toMatchObject({
      mode: 'user-item',
      mapping: [
        { name: 'user', type: 'str' },
        { name: 'item', type: 'str' },
      ],
      onlineUpdateDelayInMillis: 5_000,
    });
    expect(resolveConfig(config)).toEqual(config);
    expect(faultsOf({ models: { texts: { ...texts, mapping: iris.mapping } } })).toEqual([
      "models.texts.mapping[0].type: 'float' does not go with naive; write 'str'",
      "models.texts.mapping[1].type: 'float' does not go with naive; write 'str'",
      'models.texts.mapping: naive has the features user and item, in this order; other names are aliases of theirs',
    ]);
    expect(faultsOf({ models: { movies: { ...movies, mode: 'user-item' } } })).toEqual([
      "models.movies.mode: 'user-item' goes with naive; leave it out",
    ]);
    expect(faultsOf({ models: { iris: { ...iris, algorithm: 'naive', mode: 'explicit' } } })).toEqual([
      'models.iris.mode: does not go with naive; leave it out',
    ]);
  });

  test('may have a model whose module takes whatever hyperparameters it likes', () => {
    const own = { ...iris, algorithm: './own.ts', hyperparameters: { lambda: [1, 2], words: { stop: ['the'] } } };

    const config = resolveConfig({ models: { own } });

    expect(config.models.own).toMatchObject({
      algorithm: './own.ts',
      hyperparameters: own.hyperparameters,
      process: { timeoutMs: 1_000, memoryMiB: 256 },
    });
    expect(resolveConfig(config)).toEqual(config);
  });

  test('may have a module of users and items, with the features and the delay of a recommender', () => {
    const own = { algorithm: './own.ts', mode: 'user-item', source: { observations: true } };

    const config = resolveConfig({ models: { own } });

    expect(config.models.own).toMatchObject({
      mode: 'user-item',
      mapping: [
        { name: 'user', type: 'str' },
        { name: 'item', type: 'str' },
      ],
      onlineUpdateDelayInMillis: 5_000,
      evaluation: { testFraction: 0 },
    });
    expect(resolveConfig(config)).toEqual(config);
    expect(faultsOf({ models: { own: { ...own, mode: undefined, target: 'y', mapping: iris.mapping } } })).toEqual([
      "models.own.source.observations: go with als, not with ./own.ts, or write mode: 'user-item'",
    ]);
    expect(faultsOf({ models: { own }, pio: { template: 'similar-product' } })).toEqual([
      "pio.template: no model fits 'similar-product'",
    ]);
  });

  test.each([
    [undefined, { rank: 50, lambda: 0.12, sweeps: 15 }],
    ['explicit', { rank: 50, lambda: 0.12, sweeps: 15 }],
    ['implicit', { rank: 32, lambda: 0.01, sweeps: 12, unseenWeight: 0.1 }],
    ['velox', { rank: 50, lambda: 1, sweeps: 5 }],
  ])('may have a recommender, with the defaults of its mode %p', (mode, hyperparameters) => {
    const config = resolveConfig({ models: { movies: { ...movies, mode } } });

    expect(config.models.movies).toEqual({
      ...movies,
      mode: mode ?? 'explicit',
      target: 'rating',
      onlineUpdateDelayInMillis: 5_000,
      mapping: [
        { name: 'user', type: 'str', aliases: [] },
        { name: 'item', type: 'str', aliases: [] },
      ],
      hyperparameters,
      evaluation: { testFraction: 0.2, seed: 1 },
      params: {},
      betterThanActive: false,
    });
    expect(resolveConfig(config)).toEqual(config);
  });

  test('learns from observations as Velox did, of which none are held out', () => {
    const source = { observations: true } as const;
    const config = resolveConfig({ models: { shop: { algorithm: 'als', source } } });

    expect(config.models.shop).toMatchObject({
      mode: 'velox',
      hyperparameters: { rank: 50, lambda: 1, sweeps: 5 },
      evaluation: { testFraction: 0, seed: 1 },
    });
    expect(resolveConfig(config)).toEqual(config);
  });

  test.each<[object, string]>([
    [{ ...iris, mapping: undefined }, 'models.ctr.mapping: is required'],
    [
      { algorithm: 'als', source: { observations: true }, minScore: 0 },
      'models.ctr.minScore: needs test data: set models.ctr.evaluation.testFraction above 0',
    ],
    [
      { ...iris, hyperparameters: { rank: 3 } },
      'models.ctr.hyperparameters.rank: does not go with softmax; leave it out',
    ],
    [
      { ...movies, hyperparameters: { unseenWeight: 1 } },
      "models.ctr.hyperparameters.unseenWeight: does not go with als in mode 'explicit'; leave it out",
    ],
    [{ ...movies, hyperparameters: { lambda: 0 } }, 'models.ctr.hyperparameters.lambda: must be above 0'],
    [
      { ...iris, algorithm: 'naive', hyperparameters: { lambda: 0 } },
      'models.ctr.hyperparameters.lambda: must be above 0',
    ],
    [{ ...iris, mode: 'implicit' }, 'models.ctr.mode: does not go with softmax; leave it out'],
    [
      { ...movies, mapping: [{ name: 'item', type: 'str' }] },
      'models.ctr.mapping: als has the features user and item, in this order; other names are aliases of theirs',
    ],
    [
      {
        ...movies,
        mapping: [
          { name: 'user', type: 'int' },
          { name: 'item', type: 'str' },
        ],
      },
      "models.ctr.mapping[0].type: 'int' does not go with als; write 'str'",
    ],
    [
      { ...movies, source: { events: 'shop', entityType: 'user' } },
      'models.ctr.source.entityType: als learns from what users did; give interactions instead',
    ],
    [
      { ...iris, algorithm: 'naive', source: { events: 'shop', interactions: { names: ['buy'] } } },
      'models.ctr.source.interactions: naive learns from rows; give an entityType instead',
    ],
    [{ ...ctr, conf: undefined }, 'models.ctr.conf: is required'],
    [{ ...ctr, target: 'clicked' }, 'models.ctr.target: does not go with sparse-linear; leave it out'],
    [
      { ...ctr, evaluation: { testFraction: 0 } },
      'models.ctr.evaluation: does not go with sparse-linear; leave it out',
    ],
    [
      { ...ctr, mapping: [{ name: 'member', type: 'bool' }] },
      "models.ctr.mapping[0].type: 'bool' does not go with sparse-linear; write 'str'",
    ],
    [{ ...iris, conf: 'ctr.conf' }, 'models.ctr.conf: does not go with softmax; leave it out'],
    [{ ...iris, batching: { maxSize: 8 } }, 'models.ctr.batching: does not go with softmax; leave it out'],
    [{ ...onnx, file: undefined }, 'models.ctr.file: is required'],
    [{ ...onnx, params: { a: 1 } }, 'models.ctr.params: does not go with onnx; leave it out'],
    [{ ...onnx, source: iris.source }, 'models.ctr.target: is required beside source'],
    [{ ...onnx, target: 'y' }, 'models.ctr.target: goes with a source of rows; give one or leave it out'],
    [{ ...onnx, minScore: 0.5 }, 'models.ctr.minScore: needs test data: give models.ctr.source'],
    [
      { ...onnx, outputs: { number: 'y', label: 'z' } },
      'models.ctr.outputs: has both a number and what is of a class; keep one',
    ],
    [
      { ...onnx, outputs: { probabilities: 'y', logits: 'z' } },
      'models.ctr.outputs: has both probabilities and logits; keep one',
    ],
    [{ ...iris, target: undefined }, 'models.ctr.target: is required'],
    [
      { ...iris, mapping: [{ name: 'features', type: 'sparse' }] },
      "models.ctr.mapping[0].type: 'sparse' does not go with softmax; use sparse-linear for it",
    ],
  ])('tells which options go with which algorithm: %j', (model, fault) => {
    const { ...given } = JSON.parse(JSON.stringify(model));
    expect(faultsOf({ models: { ctr: given } })).toEqual([fault]);
  });

  test('is not changed while its defaults are filled in', () => {
    const input = { models: { iris } };
    resolveConfig(input);
    expect(input).toEqual({ models: { iris } });
  });

  test.each<[string, unknown, string]>([
    [
      'a type that does not exist is named by its path',
      { models: { iris: { ...iris, mapping: [iris.mapping[0], { name: 'width', type: 'flaot' }] } } },
      "models.iris.mapping[1].type: must be one of 'float', 'int', 'str', 'bool', 'sparse', not \"flaot\"",
    ],
    [
      'a misspelt option is named by its path',
      { models: { iris: { ...iris, hyperparameters: { lamda: 1 } } } },
      'models.iris.hyperparameters.lamda: is not an option here; see docs/configuration.md',
    ],
    [
      'a missing option is named by its path',
      { models: { iris: { ...iris, target: undefined } } },
      'models.iris.target: is required',
    ],
    [
      'a model name that no table can have is refused',
      { models: { '1ris': iris } },
      'models.1ris: is not a model name; write a letter, then up to 30 of A-Z a-z 0-9 _ -',
    ],
    ['no model at all is refused', { models: {} }, 'models: name at least one model'],
    [
      'two models whose views would have one name clash',
      { models: { 'ad-ctr': iris, ad_ctr: iris } },
      'models.ad_ctr: its database views clash with those of models.ad-ctr; rename one',
    ],
    [
      'an alias that is another feature is refused',
      {
        models: {
          iris: { ...iris, mapping: [iris.mapping[0], { name: 'width', type: 'float', aliases: ['length'] }] },
        },
      },
      "models.iris.mapping[1].aliases[0]: 'length' is already the name at models.iris.mapping[0].name",
    ],
    [
      'a threshold without test data is refused',
      { models: { iris: { ...iris, minScore: 0.9, evaluation: { testFraction: 0 } } } },
      'models.iris.minScore: needs test data: set models.iris.evaluation.testFraction above 0',
    ],
    [
      "a keep-alive below the load balancer's is refused",
      { models: { iris }, http: { keepAliveTimeoutMs: 5000 } },
      "http.keepAliveTimeoutMs: must be above 60000, the load balancer's idle timeout",
    ],
    [
      'a predict service of an unknown model is refused',
      { models: { iris }, palladium: { services: [{ model: 'rose' }] } },
      "palladium.services[0].model: there is no model 'rose'",
    ],
    [
      'an unwrapped sample of several features is refused',
      { models: { iris }, palladium: { services: [{ unwrapSample: true }] } },
      'palladium.services[0].unwrapSample: needs a mapping of one entry, this one has 2',
    ],
    [
      'a query template that no model fits is refused',
      { models: { iris }, pio: { template: 'recommendation' } },
      "pio.template: no model fits 'recommendation'",
    ],
    [
      'a query template that does not fit its model is refused',
      { models: { iris }, pio: { model: 'iris', template: 'similar-product' } },
      "pio.template: 'similar-product' does not fit the model 'iris', which is softmax",
    ],
    [
      'queries for an unknown model are refused',
      { models: { iris }, pio: { model: 'rose' } },
      "pio.model: there is no model 'rose'",
    ],
    [
      'queries for a model that neither ranks items nor gives labels are refused',
      {
        models: { texts: { algorithm: 'naive', mode: 'user-item', source: { csv: 'a.csv' }, target: 'topic' } },
        pio: { model: 'texts' },
      },
      "pio.model: queries do not fit the model 'texts', which is naive",
    ],
    [
      'a shop without the app of its events is refused',
      { models: { shop: { algorithm: 'als', source: { csv: 'a.csv' } } }, pio: { template: 'e-commerce' } },
      "pio.app: is required by the template 'e-commerce'; name the app with the shop's events",
    ],
    [
      'a channel of no app is refused',
      { models: { iris }, pio: { channel: 'backup' } },
      'pio.channel: goes with pio.app, which is absent',
    ],
    [
      'a feedback loop to no app is refused',
      { models: { iris }, pio: { feedback: { enabled: true } } },
      'pio.feedback.app: is required, as there is no pio.app either',
    ],
  ])('%s', (_name, input, fault) => {
    expect(faultsOf(input)).toEqual([fault]);
  });

  test('tells all its faults at once', () => {
    const faults = faultsOf({ models: { iris: { ...iris, target: 7 } }, log: { fsyncMs: -1 } });
    expect(faults).toHaveLength(2);
  });
});
