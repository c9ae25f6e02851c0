import fc from 'fast-check';
import { startTestService, type TestService } from '../../support/service';
import { typesModel } from './types-model';

const sample = { sepal_length: '5.1', sepal_width: '3.5', petal_length: '1.4', petal_width: '0.2' };
const types = { float: '1.5', int: '2', text: 'word', flag: 'true' };
const json = { 'content-type': 'application/json' };

/** The path with a query. */
const at = (path: string, query: Readonly<Record<string, string>>) => `${path}?${new URLSearchParams(query)}`;

const badRequest = (message: unknown) => ({
  metadata: { status: 'ERROR', error_code: -1, error_message: message },
});

const columnsOfIris = ['sepal length', 'sepal width', 'petal length', 'petal width'];

/** Serves iris. */
let iris: TestService;
/** Serves a model that takes one feature of each type. */
let typed: TestService;

beforeAll(async () => {
  iris = await startTestService({
    config: {
      palladium: {
        serviceMetadata: { service_name: 'flowers', error_code: 7 },
        services: [
          {},
          { entryPoint: '/proba', predictProba: true },
          { entryPoint: '/blanks', mapping: columnsOfIris.map((name) => ({ name, type: 'float' })) },
        ],
      },
    },
  });
  typed = await startTestService({
    config: {
      models: { types: typesModel.config },
      palladium: {
        services: [
          {
            params: [
              { name: 'threshold', type: 'float' },
              { name: 'limit', type: 'int' },
            ],
          },
          { entryPoint: '/lenient', allowNonFinite: true },
          { entryPoint: '/proba', predictProba: true },
        ],
      },
    },
    answering: { types: typesModel },
  });
});
afterAll(async () => {
  await iris?.stop();
  await typed?.stop();
});

describe('GET /predict', () => {
  it('answers the single result, the metadata of the service last', async () => {
    const response = await iris.server.inject(at('/predict', sample));

    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toEqual({
      metadata: { status: 'OK', error_code: 7, service_name: 'flowers' },
      result: 'setosa',
    });
  });

  it('names prediction, version and revision in the headers', async () => {
    const response = await iris.server.inject(at('/predict', sample));
    expect(response.headers).toMatchObject({
      'x-prediction-id': expect.any(String),
      'x-modelapp-version': '1.0.0',
      'x-modelapp-revision': '1',
    });
  });

  it.each(['+', '%20'])('takes %s for a blank in a name', async (blank) => {
    const query = columnsOfIris.map((name, i) => `${name.replace(' ', blank)}=${Object.values(sample)[i]}`).join('&');
    const response = await iris.server.inject(`/blanks?${query}`);
    expect(response.json().result).toBe('setosa');
  });

  it('reads each type from text', async () => {
    await typed.server.inject(at('/predict', { float: ' -1.5e3 ', int: '-2', text: ' 7 ', flag: 'TRUE' }));
    expect(typesModel.asked.rows).toEqual([[-1500, -2, ' 7 ', true]]);
  });

  it('takes the first of repeated parameters', async () => {
    await typed.server.inject(`${at('/predict', types)}&int=3`);
    expect(typesModel.asked.rows).toEqual([[1.5, 2, 'word', true]]);
  });

  it('is 400 for the first missing parameter of the mapping, in the words of Palladium', async () => {
    const response = await typed.server.inject(at('/predict', { float: '1', flag: 'true' }));
    expect([response.statusCode, response.json()]).toEqual([400, badRequest("BadRequest: ('int',)")]);
  });

  it.each([
    ['float', 'abc', '"abc" is not a number'],
    ['float', '', '"" is not a number'],
    ['float', 'nan', '"nan" is not a number'],
    ['int', '1.0', '"1.0" is not a whole number'],
    ['int', '9007199254740993', '"9007199254740993" is beyond ±(2^53 - 1); send large ids as strings'],
  ])('is 400 for %s %j', async (name, text, fault) => {
    const response = await typed.server.inject(at('/predict', { ...types, [name]: text }));
    expect([response.statusCode, response.json()]).toEqual([400, badRequest(`BadRequest: ${name}: ${fault}`)]);
  });

  it('takes non-finite numbers where they are allowed, and answers null for them', async () => {
    const response = await typed.server.inject(at('/lenient', { ...types, float: '-inf' }));
    expect(typesModel.asked.rows).toEqual([[Number.NEGATIVE_INFINITY, 2, 'word', true]]);
    expect(response.json().result).toBeNull();
  });

  it('answers doubles to the last bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }), async (float) => {
        const response = await typed.server.inject(at('/predict', { ...types, float: String(float) }));
        expect(JSON.parse(response.body).result).toBe(float);
      }),
    );
  });
});

describe('POST /predict', () => {
  const post = (payload: object | string, { server } = iris, url = '/predict') =>
    server.inject({ method: 'POST', url, payload, headers: json });

  it('answers a list, for one sample too', async () => {
    const response = await post([sample]);
    expect(response.json()).toEqual({
      metadata: { status: 'OK', error_code: 7, service_name: 'flowers' },
      result: ['setosa'],
    });
  });

  it('answers in the order of the samples', async () => {
    const virginica = { sepal_length: 6.3, sepal_width: 3.3, petal_length: 6, petal_width: 2.5 };
    const response = await post([virginica, sample, virginica]);
    expect(response.json().result).toEqual(['virginica', 'setosa', 'virginica']);
  });

  it('answers the probabilities of each sample as a list, if so configured', async () => {
    const response = await post([sample], iris, '/proba');
    const [probabilities] = response.json().result as number[][];
    expect(probabilities).toHaveLength(3);
    expect(probabilities?.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });

  it('reads each type from JSON', async () => {
    await post([{ float: 1, int: 2.0, text: true, flag: 'True' }], typed);
    expect(typesModel.asked.rows).toEqual([[1, 2, 'true', true]]);
  });

  it.each([
    ['no body', undefined, {}, 'BadRequest: ()'],
    ['an empty body', '', json, 'BadRequest: ()'],
    ['a malformed body', '[{"float": 1', json, 'BadRequest: ()'],
  ])('is 400 for %s', async (_fault, payload, headers, message) => {
    const response = await typed.server.inject({
      method: 'POST',
      url: '/predict',
      headers,
      ...(payload !== undefined && { payload }),
    });
    expect([response.statusCode, response.json()]).toEqual([400, badRequest(message)]);
  });

  it.each([['[]'], ['{}'], ['null'], ['"text"'], ['7']])(
    'is 400 for %s, which is no list of samples',
    async (payload) => {
      const response = await post(payload, typed);
      expect([response.statusCode, response.json()]).toEqual([
        400,
        badRequest('BadRequest: the body must be a list of at least one object'),
      ]);
    },
  );

  it.each([
    ['an item that is no object', 7, '[1]: must be an object'],
    ['a missing field', { float: 1, int: 2, text: 'word' }, '[1].flag: is required'],
    ['null', { ...types, float: null }, '[1].float: null is not a number'],
    ['a fraction', { ...types, int: 1.5 }, '[1].int: 1.5 is not a whole number'],
    ['a list', { ...types, text: [] }, '[1].text: [] is not a text'],
    ['a number', { ...types, flag: 1 }, '[1].flag: 1 is not a boolean'],
  ])('fails as a whole for %s, naming item and field', async (_fault, faulty, fault) => {
    const response = await post([types, faulty], typed);
    expect([response.statusCode, response.json()]).toEqual([400, badRequest(`BadRequest: ${fault}`)]);
  });

  it('is 415 for what is no JSON', async () => {
    const headers = { 'content-type': 'text/csv' };
    const response = await iris.server.inject({ method: 'POST', url: '/predict', headers, payload: '1,2' });
    expect(response.statusCode).toBe(415);
    expect(response.json().metadata).toMatchObject({ status: 'ERROR', service_name: 'flowers' });
  });

  it('is recorded, a row per sample under one prediction id', async () => {
    const response = await post([sample, sample]);
    await iris.context.instance.ship();

    const { rows } = await iris.database.pool.query(
      `select i.id, sample, protocol, features, output from inputs_1_0_0 i join outputs_1_0_0 using (run_id, sample, protocol)
       where i.prediction_id = $1 order by sample`,
      [response.headers['x-prediction-id']],
    );

    const features = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
    const id = response.headers['x-prediction-id'];
    expect(rows).toEqual([
      { id, sample: 0, protocol: 'palladium', features, output: 'setosa' },
      { id, sample: 1, protocol: 'palladium', features, output: 'setosa' },
    ]);
  });
});

describe('params', () => {
  it('of the query reach the model converted, the model supplies its own, and what neither has is not passed', async () => {
    await typed.server.inject(at('/predict', types));
    const withoutQuery = typesModel.asked.params;
    await typed.server.inject(at('/predict', { ...types, threshold: '0.25', limit: '3', secret: '2' }));

    expect(withoutQuery).toEqual({ threshold: 0.5 });
    expect(typesModel.asked.params).toEqual({ threshold: 0.25, limit: 3 });
  });

  it('come from the query on POST too, not from the samples', async () => {
    const payload = [{ ...types, threshold: 0.75 }];
    await typed.server.inject({ method: 'POST', url: '/predict?limit=4', payload });
    expect(typesModel.asked.params).toEqual({ threshold: 0.5, limit: 4 });
  });

  it('that do not convert are 400', async () => {
    const response = await typed.server.inject(at('/predict', { ...types, limit: 'few' }));
    expect([response.statusCode, response.json()]).toEqual([
      400,
      badRequest('BadRequest: limit: "few" is not a whole number'),
    ]);
  });

  it('are recorded with the features', async () => {
    const response = await typed.server.inject(at('/predict', { ...types, limit: '3' }));
    await typed.context.instance.ship();

    const { rows } = await typed.database.pool.query('select features from inputs_1_0_0 where prediction_id = $1', [
      response.headers['x-prediction-id'],
    ]);

    const features = { float: 1.5, int: 2, text: 'word', flag: true };
    expect(rows).toEqual([{ features: { ...features, $params: { threshold: 0.5, limit: 3 } } }]);
  });
});

describe('a failure of the model', () => {
  it('is 500 with the message and the code of its PredictError', async () => {
    const response = await typed.server.inject(at('/predict', { ...types, text: 'predict error' }));
    expect([response.statusCode, response.json()]).toEqual([
      500,
      { metadata: { status: 'ERROR', error_code: 42, error_message: 'no such word' } },
    ]);
  });

  it('that blames a sample is 400 and names it', async () => {
    const faulty = { ...types, text: 'sample error' };
    const single = await typed.server.inject(at('/predict', faulty));
    expect([single.statusCode, single.json()]).toEqual([400, badRequest('BadRequest: text: is no word')]);
    const several = await typed.server.inject({ method: 'POST', url: '/predict', payload: [types, faulty] });
    expect([several.statusCode, several.json()]).toEqual([400, badRequest('BadRequest: [1].text: is no word')]);
  });

  it('of another kind is 500 with a neutral message', async () => {
    const response = await typed.server.inject(at('/predict', { ...types, text: 'error' }));
    expect([response.statusCode, response.json()]).toEqual([500, badRequest('the model failed')]);
  });

  it('to have probabilities is 500', async () => {
    const response = await typed.server.inject(at('/proba', types));
    expect([response.statusCode, response.json()]).toEqual([500, badRequest('the model failed')]);
  });
});

describe('a mapping that does not suit its model', () => {
  const start = (mapping: readonly { name: string; type: 'float' | 'str' }[]) =>
    startTestService({ trained: false, config: { palladium: { services: [{ mapping }] } } });

  it.each([
    ['too few entries', ['a', 'b'], 'palladium.services[0].mapping: needs one entry for each feature'],
    [
      'another order',
      ['sepal_width', 'sepal_length', 'c', 'd'],
      "palladium.services[0].mapping[0].name: 'sepal_width' is",
    ],
  ])('by %s keeps the service from starting', async (_fault, names, message) => {
    await expect(start(names.map((name) => ({ name, type: 'float' })))).rejects.toThrow(message);
  });

  it('by another type keeps the service from starting', async () => {
    const mapping = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'str' as const }));
    await expect(start(mapping)).rejects.toThrow("palladium.services[0].mapping[0].type: must be 'float'");
  });
});
