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

const ctr = { algorithm: 'sparse-linear', conf: 'ctr.conf', mapping: [{ name: 'features', type: 'sparse' }] };

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
      params: {},
      betterThanActive: false,
    });
    expect(resolveConfig(config)).toEqual(config);
  });

  test.each<[object, string]>([
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
  ])('%s', (_name, input, fault) => {
    expect(faultsOf(input)).toEqual([fault]);
  });

  test('tells all its faults at once', () => {
    const faults = faultsOf({ models: { iris: { ...iris, target: 7 } }, log: { fsyncMs: -1 } });
    expect(faults).toHaveLength(2);
  });
});
