import type { TabularModel } from '../../../learning/model';
import { startTestService, type TestService } from '../../support/service';
import { typesModel } from './types-model';

const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

/** One tensor per feature, with the values of one sample. */
const columns = (sample: Readonly<Record<string, number>> = flower) =>
  Object.entries(sample).map(([name, value]) => ({ name, shape: [1], datatype: 'FP64', data: [value] }));

const setosa = { name: 'flowers', shape: [1, 4], datatype: 'FP64', data: Object.values(flower) };

/** The tensors of the model with one feature of each type. */
const types = (differences: Readonly<Record<string, object>> = {}) =>
  Object.entries({
    float: { shape: [1], datatype: 'FP64', data: [1.5] },
    int: { shape: [1], datatype: 'INT64', data: [2] },
    text: { shape: [1], datatype: 'BYTES', data: ['word'] },
    flag: { shape: [1], datatype: 'BOOL', data: [true] },
  }).map(([name, tensor]) => ({ name, ...tensor, ...differences[name] }));

const numbers = [
  { name: 'a', type: 'float' },
  { name: 'b', type: 'int' },
] as const;

/** A model of two numbers that answers as told. */
const answering = (output: string | number, classes?: TabularModel['classes'], probabilities?: number[]) => ({
  kind: 'tabular' as const,
  features: numbers.map((feature) => ({ ...feature, aliases: [] })),
  classes,
  params: {},
  predict: (rows: readonly unknown[]) => rows.map(() => ({ output, ...(probabilities && { probabilities }) })),
});

const configured = { algorithm: 'softmax', source: { csv: 'none.csv' }, target: 'label', mapping: numbers } as const;

/** Serves iris. */
let iris: TestService;
/** Serves models that answer as told. */
let told: TestService;

const infer = (body: object, path = '/v2/models/iris') =>
  (path.includes('iris') ? iris : told).server.inject({ method: 'POST', url: `${path}/infer`, payload: body });

beforeAll(async () => {
  iris = await startTestService();
  told = await startTestService({
    config: {
      models: {
        types: typesModel.config,
        whole: configured,
        fractions: configured,
        infinite: configured,
        unsure: configured,
      },
    },
    answering: {
      types: typesModel,
      whole: answering(1, [0, 1], [0.25, 0.75]),
      fractions: answering(0.5, [0.5, 1], [0.5, 0.5]),
      infinite: answering(Number.POSITIVE_INFINITY),
      unsure: answering('a', ['a', 'b'], [Number.NaN, 1]),
    },
  });
});
afterAll(async () => {
  await iris?.stop();
  await told?.stop();
});

describe('the server', () => {
  it.each(['/v2', '/v2/'])('tells its name and version at %s', async (url) => {
    const response = await iris.server.inject(url);
    expect(response.json()).toEqual({ name: 'modelapp', version: '1.0.0', extensions: [] });
  });

  it('lives and is ready', async () => {
    expect((await iris.server.inject('/v2/health/live')).json()).toEqual({ live: true });
    expect((await iris.server.inject('/v2/health/ready')).json()).toEqual({ ready: true });
  });

  it.each(['/v2/health/live', '/v2/health/ready'])('has a HEAD at %s', async (url) => {
    expect((await iris.server.inject({ method: 'HEAD', url })).statusCode).toBe(200);
  });
});

describe('the metadata of a model', () => {
  it('names the loaded revisions, the inputs and the outputs', async () => {
    const response = await iris.server.inject('/v2/models/iris');
    expect(response.json()).toEqual({
      name: 'iris',
      versions: ['1'],
      platform: 'modelapp_softmax',
      inputs: Object.keys(flower).map((name) => ({ name, datatype: 'FP64', shape: [-1] })),
      outputs: [
        { name: 'predict', datatype: 'BYTES', shape: [-1] },
        { name: 'predict_proba', datatype: 'FP64', shape: [-1, 3] },
      ],
    });
  });

  it('is the same for the revision by its number', async () => {
    const byNumber = await iris.server.inject('/v2/models/iris/versions/1');
    expect(byNumber.json()).toEqual((await iris.server.inject('/v2/models/iris')).json());
  });

  it('has a datatype for each type of feature, and no probabilities without classes', async () => {
    const { inputs, outputs } = (await told.server.inject('/v2/models/types')).json();
    expect(inputs.map(({ datatype }: { datatype: string }) => datatype)).toEqual(['FP64', 'INT64', 'BYTES', 'BOOL']);
    expect(outputs).toEqual([{ name: 'predict', datatype: 'FP64', shape: [-1] }]);
  });

  it('tells that the model is ready', async () => {
    const response = await iris.server.inject('/v2/models/iris/ready');
    expect(response.json()).toEqual({ name: 'iris', ready: true });
  });

  it.each([
    '/v2/models/rose',
    '/v2/models/rose/ready',
    '/v2/models/iris/versions/7',
    '/v2/models/iris/versions/x/ready',
  ])('%s is unknown', async (url) => {
    const response = await iris.server.inject(url);
    expect([response.statusCode, Object.keys(response.json())]).toEqual([404, ['error']]);
  });
});

describe('infer', () => {
  it('answers label and probabilities of a matrix of all features', async () => {
    const response = await infer({ inputs: [setosa] });

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      model_name: 'iris',
      model_version: '1',
      id: expect.stringMatching(uuidv7),
      outputs: [
        { name: 'predict', shape: [1], datatype: 'BYTES', data: ['setosa'] },
        { name: 'predict_proba', shape: [1, 3], datatype: 'FP64', data: expect.any(Array) },
      ],
    });
  });

  it('answers the same for a tensor per feature', async () => {
    const matrix = (await infer({ inputs: [setosa] })).json();
    const perFeature = (await infer({ inputs: columns() })).json();
    expect(perFeature.outputs).toEqual(matrix.outputs);
  });

  it('names prediction, revision and version in its headers', async () => {
    const response = await infer({ inputs: [setosa] });
    expect(response.headers).toMatchObject({
      'x-prediction-id': response.json().id,
      'x-modelapp-revision': '1',
      'x-modelapp-version': '1.0.0',
    });
  });

  it('returns the id of the request', async () => {
    expect((await infer({ id: 'mine', inputs: [setosa] })).json().id).toBe('mine');
  });

  it('answers samples in their order', async () => {
    const data = [...setosa.data, 6.7, 3.0, 5.2, 2.3];
    const [predict] = (await infer({ inputs: [{ ...setosa, shape: [2, 4], data }] })).json().outputs;
    expect(predict).toMatchObject({ shape: [2], data: ['setosa', 'virginica'] });
  });

  it('takes aliases, tensors [n,1] and tensors of unknown names', async () => {
    const inputs = [
      ...columns().slice(0, 2),
      { name: 'pental_length', shape: [1, 1], datatype: 'FP32', data: [[1.4]] },
      { name: 'pental_width', shape: [1, 1], datatype: 'FP64', data: [0.2] },
      { name: 'colour', shape: [3], datatype: 'FP16', data: [] },
    ];
    expect((await infer({ inputs })).json().outputs[0].data).toEqual(['setosa']);
  });

  it('answers the outputs that are asked for, in their order', async () => {
    const { outputs } = (
      await infer({ inputs: [setosa], outputs: [{ name: 'predict_proba' }, { name: 'predict' }] })
    ).json();
    expect(outputs.map(({ name }: { name: string }) => name)).toEqual(['predict_proba', 'predict']);
  });

  it.each([
    ['whole', { datatype: 'INT64', data: [1] }],
    ['fractions', { datatype: 'FP64', data: [0.5] }],
  ])('answers the labels of %s as numbers', async (model, expected) => {
    const inputs = [{ name: 'x', shape: [1, 2], datatype: 'INT8', data: [1, 2] }];
    expect((await infer({ inputs }, `/v2/models/${model}`)).json().outputs[0]).toMatchObject(expected);
  });

  it.each(['infinite', 'unsure'])('is 500 for an %s model, and the answer is no prediction', async (model) => {
    const inputs = [{ name: 'x', shape: [1, 2], datatype: 'FP64', data: [1, 2] }];
    const response = await infer({ inputs }, `/v2/models/${model}`);

    expect([response.statusCode, response.json()]).toEqual([
      500,
      { error: 'the model answered a number that is not finite' },
    ]);
    await told.context.instance.ship();
    const { rowCount } = await told.database.pool.query('select from inputs_1_0_0 where model = $1', [model]);
    expect(rowCount).toBe(0);
  });

  it('hands each value to the model as the feature it is', async () => {
    await infer(
      { inputs: types({ float: { datatype: 'UINT8', data: [7] }, int: { datatype: 'FP64', data: [3] } }) },
      '/v2/models/types',
    );
    expect(typesModel.asked.rows).toEqual([[7, 3, 'word', true]]);
  });

  it("takes the model's parameters, ignores others, and fills in the model's own", async () => {
    const parameters = { threshold: 0.75, binary_data_output: true };
    await infer({ parameters, inputs: types() }, '/v2/models/types');
    expect(typesModel.asked.params).toEqual({ threshold: 0.75, secret: 1 });
  });

  it('records a row per sample, under the id of the client', async () => {
    const { id } = (await infer({ id: 'logged', inputs: types({ int: { data: [4] } }) }, '/v2/models/types')).json();
    await told.context.instance.ship();

    const { rows } = await told.database.pool.query(
      `select i.sample, i.model, i.revision, i.protocol, i.features, o.output
       from inputs_1_0_0 i join outputs_1_0_0 o using (run_id) where i.id = $1`,
      [id],
    );
    expect(rows).toEqual([
      {
        sample: 0,
        model: 'types',
        revision: 1,
        protocol: 'oip',
        features: { float: 1.5, int: 4, text: 'word', flag: true, $params: { threshold: 0.5, secret: 1 } },
        output: '1.5',
      },
    ]);
  });
});

describe('a faulty request', () => {
  it.each([
    ['no inputs', {}, 'inputs: is required'],
    ['an empty list of inputs', { inputs: [] }, /^inputs: /],
    [
      'a tensor without data',
      { inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP64' }] },
      'inputs[0].data: is required',
    ],
    ['a shape of texts', { inputs: [{ ...setosa, shape: ['1', '4'] }] }, /^inputs\[0\]\.shape\[0\]: /],
    ['a negative size', { inputs: [{ ...setosa, shape: [-1, 4] }] }, /^inputs\[0\]\.shape\[0\]: /],
    ['an id that is no text', { id: 7, inputs: [setosa] }, /^id: /],
    ['no sample', { inputs: [{ ...setosa, shape: [0, 4], data: [] }] }, 'inputs: must hold at least one sample'],
    ['a matrix of other width', { inputs: [{ ...setosa, shape: [2, 2] }] }, /^inputs\[0\]\.shape: must be \[n,4\]/],
    ['a feature missing', { inputs: columns().slice(1) }, 'inputs.sepal_length: is required'],
    [
      'half precision',
      { inputs: [{ ...setosa, datatype: 'FP16' }] },
      /^inputs\[0\]\.datatype: 'FP16' is not supported/,
    ],
    [
      'texts for numbers',
      { inputs: [{ ...setosa, datatype: 'BYTES', data: ['1', '2', '3', '4'] }] },
      /^inputs\[0\]\.datatype: must be FP64 for 'sepal_length'/,
    ],
    ['an unknown output', { inputs: [setosa], outputs: [{ name: 'score' }] }, /^outputs\[0\]\.name: .*no 'score'/],
    [
      'columns of different lengths',
      { inputs: [...columns().slice(0, 3), { name: 'petal_width', shape: [2], datatype: 'FP64', data: [1, 2] }] },
      /^inputs\[3\]\.shape: holds 2 samples/,
    ],
    [
      'a feature that differs from its alias',
      { inputs: [...columns(), { name: 'pental_width', shape: [1], datatype: 'FP64', data: [9] }] },
      /^inputs\[4\]: differs from another tensor/,
    ],
    [
      'a column of three dimensions',
      { inputs: [...columns().slice(1), { name: 'sepal_length', shape: [1, 1, 1], datatype: 'FP64', data: [1] }] },
      /^inputs\[3\]\.shape: must be \[n\] or \[n,1\]/,
    ],
  ])('with %s is 400', async (_name, body, message) => {
    const response = await infer(body);
    expect([response.statusCode, response.json()]).toEqual([
      400,
      { error: typeof message === 'string' ? message : expect.stringMatching(message) },
    ]);
  });

  it.each([
    ['int', { datatype: 'FP64', data: [1.5] }, /^inputs\[1\]\.data: 1\.5 is no whole number/],
    ['int', { datatype: 'BOOL', data: [true] }, /^inputs\[1\]\.datatype: must be INT64 for 'int', not BOOL/],
    ['text', { datatype: 'INT8', data: [1] }, /^inputs\[2\]\.datatype: must be BYTES for 'text'/],
    ['flag', { datatype: 'UINT8', data: [1] }, /^inputs\[3\]\.datatype: must be BOOL for 'flag'/],
  ])('whose %s does not fit the feature is 400', async (name, tensor, message) => {
    const response = await infer({ inputs: types({ [name]: tensor }) }, '/v2/models/types');
    expect([response.statusCode, response.json().error]).toEqual([400, expect.stringMatching(message)]);
  });

  it('with a parameter of another type is 400', async () => {
    const response = await infer({ parameters: { threshold: true }, inputs: types() }, '/v2/models/types');
    expect([response.statusCode, response.json()]).toEqual([
      400,
      { error: 'parameters.threshold: true is not a number' },
    ]);
  });

  it('for an unknown model is 404 before its body is read', async () => {
    const response = await infer('no JSON' as unknown as object, '/v2/models/iris-too');
    expect([response.statusCode, response.json()]).toEqual([404, { error: "there is no model 'iris-too'" }]);
  });

  it('of another content type is 415, of another method 405', async () => {
    const url = '/v2/models/iris/infer';
    const text = await iris.server.inject({
      method: 'POST',
      url,
      payload: 'x',
      headers: { 'content-type': 'text/csv' },
    });
    expect([text.statusCode, Object.keys(text.json())]).toEqual([415, ['error']]);
    const get = await iris.server.inject(url);
    expect([get.statusCode, get.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('revisions', () => {
  it('answer by their number as long as they are active or were so before', async () => {
    // GIVEN
    const service = await startTestService();
    await service.train('iris');
    await service.train('iris');
    const ask = (revision: string) =>
      service.server.inject({
        method: 'POST',
        url: `/v2/models/iris/versions/${revision}/infer`,
        payload: { inputs: [setosa] },
      });

    // WHEN
    const answers = await Promise.all(['3', '2', '1', '4'].map(ask));
    const ready = await service.server.inject('/v2/models/iris/versions/1/ready');
    await service.stop();

    // THEN
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 400, 404]);
    expect(answers.slice(0, 2).map((answer) => answer.json().model_version)).toEqual(['3', '2']);
    expect(answers.slice(0, 2).map(({ headers }) => headers['x-modelapp-revision'])).toEqual(['3', '2']);
    expect(answers[2]?.json()).toEqual({
      error: "revision 1 of 'iris' is not loaded; the active one and the one before it are",
    });
    expect([ready.statusCode, ready.json()]).toEqual([503, { name: 'iris', ready: false }]);
  });

  it('are missed with 503 while there is none', async () => {
    // GIVEN
    const service = await startTestService({ trained: false });

    // WHEN
    const answers = await Promise.all([
      service.server.inject({ method: 'POST', url: '/v2/models/iris/infer', payload: { inputs: [setosa] } }),
      service.server.inject('/v2/models/iris/ready'),
      service.server.inject('/v2/health/ready'),
    ]);
    await service.stop();

    // THEN
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers['retry-after']])).toEqual([
      [503, '1'],
      [503, '1'],
      [503, '1'],
    ]);
    expect(answers.map((answer) => answer.json())).toEqual([
      { error: "the model 'iris' has no loaded revision yet" },
      { name: 'iris', ready: false },
      { ready: false },
    ]);
  });
});
