import type { TabularModel } from '../../../learning/model';
import { startTestService, type TestService } from '../../support/service';
import { typesModel } from './types-model';

const columns = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
const rows = [
  [5.1, 3.5, 1.4, 0.2],
  [6.7, 3.0, 5.2, 2.3],
];
const records = rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i], value])));
const bothFlowers = { predictions: ['setosa', 'virginica'] };

const csv = { 'content-type': 'text/csv' };
const csvOf = (lines: readonly (readonly unknown[])[]) => lines.map((line) => line.join(',')).join('\n');

/** Answers a number that JSON cannot hold. */
const infinite: TabularModel = {
  kind: 'tabular',
  features: [{ name: 'x', type: 'float', aliases: [] }],
  classes: undefined,
  params: {},
  predict: (samples) => samples.map(() => ({ output: Number.POSITIVE_INFINITY })),
};

/** Serves iris. */
let iris: TestService;
/** Serves a model that takes one feature of each type. */
let typed: TestService;

const invoke = (payload: string | object, headers: Record<string, string> = {}, { server } = iris) =>
  server.inject({ method: 'POST', url: '/invocations', payload, headers });

beforeAll(async () => {
  iris = await startTestService();
  typed = await startTestService({
    config: {
      models: {
        infinite: { ...typesModel.config, mapping: [{ name: 'x', type: 'float' }] },
        types: typesModel.config,
      },
      invocations: { model: 'types' },
    },
    answering: { infinite, types: typesModel },
  });
});
afterAll(async () => {
  await iris?.stop();
  await typed?.stop();
});

describe.each(['/ping', '/health'])('%s', (url) => {
  it('is empty', async () => {
    const response = await iris.server.inject(url);
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });

  it('has a HEAD', async () => {
    expect((await iris.server.inject({ method: 'HEAD', url })).statusCode).toBe(200);
  });
});

describe('the forms of samples', () => {
  it.each([
    ['dataframe_split', { dataframe_split: { columns, data: rows } }],
    ['dataframe_split with an index', { dataframe_split: { columns, index: ['a', 'b'], data: rows } }],
    ['dataframe_records', { dataframe_records: records }],
    ['instances that are objects', { instances: records }],
    ['instances that are lists', { instances: rows }],
    ['inputs that are objects', { inputs: records }],
    ['inputs that are lists', { inputs: rows }],
    ['inputs by feature', { inputs: Object.fromEntries(columns.map((name, i) => [name, rows.map((row) => row[i])])) }],
  ])('%s are answered in their order', async (_name, body) => {
    const response = await invoke(body);
    expect([response.statusCode, response.json()]).toEqual([200, bothFlowers]);
  });

  it('CSV has a header line, whatever the order of its columns', async () => {
    const lines = [columns, ...rows].map((line) => ['kept aside', ...line].reverse());
    expect((await invoke(csvOf(lines), csv)).json()).toEqual(bothFlowers);
  });

  it('CSV may have a byte order mark, CRLF, quotes, blank lines and aliases', async () => {
    const text = `\ufeffsepal_length,sepal_width,"pental_length",pental_width\r\n"5.1",3.5,1.4,0.2\r\n\r\n6.7,3.0,5.2,2.3\r\n`;
    expect((await invoke(text, { 'content-type': 'text/csv; charset=UTF-8' })).json()).toEqual(bothFlowers);
  });

  it('CSV cells become what the features are', async () => {
    await invoke('flag,text,int,float\nTRUE,"a, b",-3,1e-3\n', csv, typed);
    expect(typesModel.asked.rows).toEqual([[0.001, -3, 'a, b', true]]);
  });

  it('unknown columns and keys are ignored', async () => {
    const body = { dataframe_records: records.map((record) => ({ ...record, colour: 'blue' })), signature_name: 'x' };
    expect((await invoke(body)).json()).toEqual(bothFlowers);
  });
});

describe('an answer', () => {
  it('names prediction, revision and version in its headers', async () => {
    expect((await invoke({ instances: rows })).headers).toMatchObject({
      'x-prediction-id': expect.any(String),
      'x-modelapp-revision': '1',
      'x-modelapp-version': '1.0.0',
    });
  });

  it('is null for a number that is not finite', async () => {
    // GIVEN
    const service = await startTestService({
      config: { models: { infinite: { ...typesModel.config, mapping: [{ name: 'x', type: 'float' }] } } },
      answering: { infinite },
    });

    // WHEN
    const response = await invoke({ instances: [[1]] }, {}, service);
    await service.stop();

    // THEN
    expect([response.statusCode, response.json()]).toEqual([200, { predictions: [null] }]);
  });

  it('uses the params of the request', async () => {
    await invoke({ instances: [[1, 2, 'x', true]], params: { threshold: 0.25, other: 1 } }, {}, typed);
    expect(typesModel.asked.params).toEqual({ threshold: 0.25, secret: 1 });
  });

  it('is recorded with a row per sample', async () => {
    const response = await invoke(
      {
        instances: [
          [1, 2, 'x', true],
          [3, 4, 'y', false],
        ],
      },
      {},
      typed,
    );
    await typed.context.instance.ship();

    const recorded = await typed.database.pool.query(
      `select i.sample, i.protocol, i.id, i.features, o.output
       from inputs_1_0_0 i join outputs_1_0_0 o using (run_id) where i.prediction_id = $1 order by 1`,
      [response.headers['x-prediction-id']],
    );
    const shared = { protocol: 'invocations', id: response.headers['x-prediction-id'] };
    const $params = { threshold: 0.5, secret: 1 };
    expect(recorded.rows).toEqual([
      { sample: 0, ...shared, features: { float: 1, int: 2, text: 'x', flag: true, $params }, output: '1' },
      { sample: 1, ...shared, features: { float: 3, int: 4, text: 'y', flag: false, $params }, output: '3' },
    ]);
  });
});

describe('a faulty body', () => {
  const exactlyOne = 'the body must have exactly one of dataframe_split, dataframe_records, instances, inputs';

  it.each<[string, unknown, string | RegExp]>([
    ['none of the forms', {}, exactlyOne],
    ['two forms', { instances: rows, inputs: rows }, exactlyOne],
    ['a list', rows, exactlyOne],
    ['no sample', { instances: [] }, 'instances: must hold at least one sample'],
    [
      'columns of different lengths',
      { inputs: { sepal_length: [1, 2], sepal_width: [1] } },
      'inputs.sepal_width: has 1 values, but others have 2',
    ],
    [
      'a short row',
      { dataframe_split: { columns, data: [rows[0], [1, 2]] } },
      'dataframe_split.data[1]: must have 4 values, not 2',
    ],
    ['a short list', { instances: [rows[0], [1]] }, 'instances[1]: must have 4 values, not 1'],
    ['lists and objects', { instances: [rows[0], records[1]] }, 'instances[1]: must be a list'],
    [
      'an index of another length',
      { dataframe_split: { columns, index: [1], data: rows } },
      /^dataframe_split\.index: must have 2 entries/,
    ],
    [
      'a column twice',
      { dataframe_split: { columns: [...columns, 'sepal_width'], data: [] } },
      "dataframe_split.columns: has 'sepal_width' twice",
    ],
    ['no columns', { dataframe_split: { data: rows } }, 'dataframe_split.columns: must be a list'],
    ['a number for records', { dataframe_records: 1 }, 'dataframe_records: must be a list'],
    [
      'a value of another type',
      { instances: [{ ...records[0], petal_width: true }] },
      'instances[0].petal_width: true is not a number',
    ],
    [
      'a feature missing',
      { dataframe_records: [{ sepal_length: 1 }] },
      'dataframe_records[0].sepal_width: is required',
    ],
    ['params that are no object', { instances: rows, params: [] }, 'params: must be an object'],
  ])('with %s is 400', async (_name, body, message) => {
    const response = await invoke(body as object);
    expect([response.statusCode, response.json()]).toEqual([
      400,
      { error_code: 'BAD_REQUEST', message: typeof message === 'string' ? message : expect.stringMatching(message) },
    ]);
  });

  it.each<[string, string, string | RegExp]>([
    ['nothing in it', '', 'the CSV must hold a header line and at least one sample'],
    ['a header only', csvOf([columns]), 'the CSV must hold a header line and at least one sample'],
    ['a short line', csvOf([columns, [1, 2]]), /^the CSV is not valid: Invalid Record Length/],
    ['an open quote', csvOf([columns, ['"1', 2, 3, 4]]), /^the CSV is not valid: Quote Not Closed/],
    [
      'a column twice',
      csvOf([
        [...columns, 'petal_width'],
        [1, 2, 3, 4, 5],
      ]),
      "the header of the CSV: has 'petal_width' twice",
    ],
    ['a column missing', csvOf([columns.slice(1), [1, 2, 3]]), '[0].sepal_length: is required'],
    ['an empty cell', csvOf([columns, [1, 2, 3, 4], [1, '', 3, 4]]), '[1].sepal_width: "" is not a number'],
  ])('of CSV with %s is 400', async (_name, text, message) => {
    const response = await invoke(text, csv);
    expect([response.statusCode, response.json()]).toEqual([
      400,
      { error_code: 'BAD_REQUEST', message: typeof message === 'string' ? message : expect.stringMatching(message) },
    ]);
  });

  it.each([
    'text/csv; charset=latin1',
    'application/json; charset=utf-16',
    'text/plain',
    'application/x-www-form-urlencoded',
  ])('of type %s is 415', async (type) => {
    const response = await invoke('{}', { 'content-type': type });
    expect([response.statusCode, response.json()]).toEqual([
      415,
      { error_code: 'BAD_REQUEST', message: expect.any(String) },
    ]);
  });
});

describe('a service that is not ready', () => {
  it('says so to SageMaker and predicts nothing', async () => {
    // GIVEN
    const service = await startTestService({ trained: false });

    // WHEN
    const ping = await service.server.inject('/ping');
    const answer = await invoke({ instances: rows }, {}, service);
    await service.stop();

    // THEN
    expect([ping.statusCode, ping.body, ping.headers['retry-after']]).toEqual([503, '', '1']);
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { error_code: 'TEMPORARILY_UNAVAILABLE', message: "the model 'iris' has no loaded revision yet" },
    ]);
  });

  it('says that the model failed', async () => {
    const response = await invoke({ instances: [[1, 2, 'error', true]] }, {}, typed);
    expect([response.statusCode, response.json()]).toEqual([
      500,
      { error_code: 'INTERNAL_ERROR', message: 'the model failed' },
    ]);
  });
});
