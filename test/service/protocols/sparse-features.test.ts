import { SparseLinearModel } from '../../../learning/linear/sparse-linear-model';
import { toKeys } from '../../../learning/sparse/keys';
import { createViews } from '../../../service/database/views';
import { testVersion } from '../../support/postgres/database';
import { startTestService, type TestService } from '../../support/service';

const features = [
  { name: 'features', type: 'sparse', aliases: ['x'] },
  { name: 'position', type: 'float', aliases: [] },
] as const;

const large = String(2n ** 64n - 1n);

/** Weight 1 for key 3 and −4 for the largest key; the position has none. */
const model = new SparseLinearModel({
  features: features.map((feature) => ({ ...feature, aliases: [...feature.aliases] })),
  params: {},
  loss: 'LOGIT',
  keys: toKeys([3n, BigInt(large)]),
  weights: Float64Array.of(1, -4),
});

const probability = (margin: number) => 1 / (1 + Math.exp(-margin));

let service: TestService;

const post = (url: string, payload: object | string, type = 'application/json') =>
  service.server.inject({ method: 'POST', url, payload, headers: { 'content-type': type } });

beforeAll(async () => {
  service = await startTestService({
    config: {
      models: { ctr: { algorithm: 'sparse-linear', conf: 'ctr.conf', mapping: features } },
      palladium: { services: [{ predictProba: true }] },
    },
    answering: { ctr: model },
  });
});

afterAll(() => service.stop());

describe('a model of sparse features', () => {
  test('answers ml-aws with the label and both probabilities', async () => {
    const answer = await post('/run/', {
      id: 'a',
      request_time: '2024-05-06 07:08:09',
      inputs: { features: { '3': 2, [large]: 0.25 }, position: 1 },
    });
    expect(answer.json()).toMatchObject({
      status: 201,
      output: 1,
      probabilities: { '-1': probability(-1), '1': probability(1) },
    });
  });

  test('answers Palladium, whose query holds them as text', async () => {
    const query = new URLSearchParams({ features: `3:1 ${large}`, position: '2' });
    const { result } = (await service.server.inject(`/predict?${query}`)).json();
    expect(result).toEqual([probability(3), probability(-3)]);
  });

  test('answers Palladium, whose body holds them as object, list or text', async () => {
    const answer = await post('/predict', [
      { features: { '3': 1 }, position: 0 },
      { x: [3], position: 0 },
      { features: '3', position: 0 },
    ]);
    expect(answer.json().result).toEqual(Array(3).fill([probability(-1), probability(1)]));
  });

  test('answers Open Inference with texts, one a sample', async () => {
    const answer = await post('/v2/models/ctr/infer', {
      inputs: [
        { name: 'features', shape: [2], datatype: 'BYTES', data: ['3:1', large] },
        { name: 'position', shape: [2], datatype: 'FP64', data: [0, 0] },
      ],
    });
    expect(answer.json().outputs).toEqual([
      { name: 'predict', datatype: 'INT64', shape: [2], data: [1, -1] },
      {
        name: 'predict_proba',
        datatype: 'FP64',
        shape: [2, 2],
        data: [probability(-1), probability(1), probability(4), probability(-4)],
      },
    ]);
  });

  const sparse = (changes: Readonly<Record<string, object>> = {}) => ({
    inputs: Object.entries({
      'features.keys': { shape: [3], datatype: 'UINT64', data: [3, large, '3'] },
      'features.values': { shape: [3], datatype: 'FP64', data: [2, 0.5, 1] },
      'features.offsets': { shape: [4], datatype: 'INT64', data: [0, 2, 2, 3] },
      position: { shape: [3], datatype: 'FP64', data: [0, 0, 0] },
      ...changes,
    }).map(([name, tensor]) => ({ name, ...tensor })),
    outputs: [{ name: 'predict_proba' }],
  });

  test('answers Open Inference with keys, values and offsets', async () => {
    const answer = await post('/v2/models/ctr/infer', sparse());
    expect(answer.json().outputs[0].data).toEqual([0.5, 0.5, 0.5, 0.5, probability(-1), probability(1)]);
  });

  test.each<[string, Record<string, object>, string]>([
    [
      'a key that JSON does not hold exactly',
      { 'features.keys': { shape: [3], datatype: 'UINT64', data: [3, 2 ** 60, 3] } },
      'inputs[0].data: the key 1152921504606847000 is beyond 2^53 - 1, where JSON numbers are not exact; send it as a string',
    ],
    [
      'a name as a number',
      { 'features.keys': { shape: [3], datatype: 'UINT64', data: [3, 'site=a', 3] } },
      'inputs[0].data[1]: is no key; send names as BYTES',
    ],
    [
      'fewer values than keys',
      { 'features.values': { shape: [1], datatype: 'FP64', data: [1] } },
      'inputs[1].shape: holds 1 values for 3 keys',
    ],
    [
      'offsets that fall',
      { 'features.offsets': { shape: [4], datatype: 'INT64', data: [0, 2, 1, 3] } },
      'inputs[2].data: must ascend from 0 to 3, the number of keys',
    ],
    [
      'another number of samples',
      { position: { shape: [1], datatype: 'FP64', data: [0] } },
      'inputs.features.offsets: tells of 3 samples, but others hold 1',
    ],
  ])('refuses %s', async (_, changes, error) => {
    const answer = await post('/v2/models/ctr/infer', sparse(changes));
    expect([answer.statusCode, answer.json()]).toEqual([400, { error }]);
  });

  test('tells how a text of Open Inference is written', async () => {
    const { body } = await service.server.inject('/docs/json');
    expect(body).toContain('3:1 11:0.5');
  });

  test('answers SageMaker with JSON and with CSV', async () => {
    const json = await post('/invocations', { instances: [{ features: ['3'], position: 1 }] });
    const csv = await post('/invocations', `features,position\n3:1,0\n${large}:1 3:0.5,0\n`, 'text/csv');
    expect(json.json()).toEqual({ predictions: [1] });
    expect(csv.json()).toEqual({ predictions: [1, -1] });
  });

  test.each<[unknown, string]>([
    [[2 ** 53], 'the key 9007199254740992 is beyond 2^53 - 1, where JSON numbers are not exact; send it as a string'],
    [{ a: 'b' }, 'the value of "a" must be a finite number'],
    [true, 'must be an object of values by key or name, a list of keys, or a text such as "3:1 11:0.5"'],
  ])('refuses %j, naming the field', async (sent, fault) => {
    const answer = await post('/run/', {
      id: 'b',
      request_time: '2024-05-06 07:08:09',
      inputs: { features: sent, position: 1 },
    });
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      { error: `inputs.features: ${fault}`, field: 'inputs.features' },
    ]);
  });

  test('has its features in the log, keys as they are, and as columns of its view', async () => {
    const { config, database, instance } = service.context;
    await instance.ship();
    const client = await database.connect();
    await createViews(client, testVersion, config.models);
    const view = `inputs_${testVersion.replaceAll('.', '_')}_ctr`;
    const { rows } = await client.query(`select features, position from ${view} where id = 'a'`);
    client.release();
    expect(rows).toEqual([{ features: { '3': 2, [large]: 0.25 }, position: 1 }]);
  });
});
