import { PredictError, type TabularModel } from '../../../learning/model';
import { startTestService, type TestService } from '../../support/service';
import { inputs, request } from './ml-aws/requests';

const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let service: TestService;
const run = (payload: object, headers: Record<string, string> = {}, { server } = service) =>
  server.inject({ method: 'POST', url: '/run/', payload, headers });

const get = (url: string, headers: Record<string, string> = {}) => service.server.inject({ url, headers });

/** A model with the features of iris that answers as told. */
const answering = (predict: TabularModel['predict'], classes?: TabularModel['classes']): TabularModel => ({
  kind: 'tabular',
  features: [],
  classes,
  params: {},
  predict,
});

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

describe('the fixed routes', () => {
  it.each(['*/*', 'application/json', ''])(
    '/ tells that the service is there to a client that accepts %j',
    async (accept) => {
      const response = await get('/', { accept });
      expect([response.statusCode, response.headers['content-type'], response.body]).toEqual([
        200,
        expect.stringMatching(/^text\/plain/),
        '200',
      ]);
    },
  );

  it('/ has a HEAD', async () => {
    const response = await fetch(`${service.url}/`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each(['/version/', '/version'])('%s tells the versions of model and code as a JSON string', async (url) => {
    const response = await get(url);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.body).toBe('"1.0.0-0.1.0"');
  });

  it.each(['/endpoints/', '/endpoints'])('%s tells the routes', async (url) => {
    expect((await get(url)).json()).toEqual({
      GET: { version: '/version/', scores: '/output/<id>/', inputs: '/inputs/<id>/' },
      POST: { score: '/run/' },
    });
  });
});

describe('a prediction', () => {
  it('answers id, prediction id, output, probabilities and revision', async () => {
    const response = await run(request({ id: 7 }));

    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toEqual({
      status: 201,
      id: 7,
      prediction_id: expect.stringMatching(uuidv7),
      output: 'setosa',
      probabilities: {
        setosa: expect.any(Number),
        versicolor: expect.any(Number),
        virginica: expect.any(Number),
      },
      revision: 1,
    });
  });

  it('has the prediction id, the version and the revision in its headers', async () => {
    const response = await run(request());

    expect(response.headers).toMatchObject({
      'x-modelapp-version': '1.0.0',
      'x-modelapp-revision': '1',
      'x-prediction-id': response.json().prediction_id,
    });
  });

  it('answers without the slash at the end of the path', async () => {
    const response = await service.server.inject({ method: 'POST', url: '/run', payload: request() });
    expect(response.statusCode).toBe(200);
  });

  it('takes the misspelt names of the first release', async () => {
    const { petal_length, petal_width, ...sepals } = inputs;
    const response = await run(
      request({ inputs: { ...sepals, pental_length: petal_length, pental_width: petal_width } }),
    );
    expect(response.json().output).toBe('setosa');
  });

  it('converts numbers sent as text and ignores unknown fields', async () => {
    const response = await run(request({ inputs: { ...inputs, petal_width: ' 2e-1', colour: 'blue' }, colour: 'red' }));
    expect(response.json().output).toBe('setosa');
  });

  it.each(['text', '', 'ünïcødé \u{1F33C}', '\0', 'a/b?c=d', 0, -7, Number.MAX_SAFE_INTEGER])(
    'answers the id %j as it was sent',
    async (id) => {
      const response = await run(request({ id, request_time: '2018-01-01 00:00:00' }));
      expect(response.json().id).toBe(id);
    },
  );
});

describe('a faulty request', () => {
  it.each([
    ['a missing id', { id: undefined }, 'id'],
    ['an id that is null', { id: null }, 'id'],
    ['an id with a fraction', { id: 1.5 }, 'id'],
    ['an id beyond the safe integers', { id: 2 ** 53 }, 'id'],
    ['an id that is too long for its index', { id: 'x'.repeat(801) }, 'id'],
    ['a missing time', { request_time: undefined }, 'request_time'],
    ['a time that is a number', { request_time: 1483228800 }, 'request_time'],
    ['a time that does not exist', { request_time: '2017-02-29 00:00:00' }, 'request_time'],
    ['missing inputs', { inputs: undefined }, 'inputs'],
    ['inputs that are a list', { inputs: [5.1, 3.5, 1.4, 0.2] }, 'inputs'],
    ['a missing feature', { inputs: { ...inputs, sepal_width: undefined } }, 'inputs.sepal_width'],
    ['a feature that is null', { inputs: { ...inputs, sepal_width: null } }, 'inputs.sepal_width'],
    ['a feature that is no number', { inputs: { ...inputs, sepal_width: 'wide' } }, 'inputs.sepal_width'],
    ['a feature that differs from its alias', { inputs: { ...inputs, pental_width: 0.3 } }, 'inputs.pental_width'],
  ])('with %s is 400 and names the field', async (_fault, changes, field) => {
    const response = await run(request(changes));

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ error: expect.stringContaining(`${field}: `), field });
  });

  it.each(['[]', '"text"', '7', 'null', '{', ''])('whose body is %j is 400', async (payload) => {
    const headers = { 'content-type': 'application/json' };
    const response = await service.server.inject({ method: 'POST', url: '/run/', payload, headers });

    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ error: expect.stringContaining('the request body') });
  });

  it('by HEAD is 405 and predicts nothing', async () => {
    const response = await service.server.inject({ method: 'HEAD', url: '/run/' });
    expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST']);
  });

  it('leaves no row', async () => {
    const faulty = request({ inputs: {} });
    await run(faulty);
    expect((await get(`/inputs/${faulty.id}/`)).json()).toEqual([]);
  });
});

describe('a repeated request', () => {
  it('is 409 with the id of the first prediction', async () => {
    const repeated = request();
    const first = await run(repeated);

    const second = await run({ ...repeated, inputs: { ...inputs, petal_width: 2.5 } });

    expect(second.statusCode).toBe(409);
    expect(second.json()).toEqual({ error: expect.any(String), prediction_id: first.json().prediction_id });
  });

  it('is known by the moment and the text of the id, however they are written', async () => {
    await run(request({ id: 77, request_time: '2017-01-01 01:00:00' }));
    const second = await run(request({ id: '77', request_time: '2017-01-01T02:00:00.000+01:00' }));
    expect(second.statusCode).toBe(409);
  });

  it('a microsecond later is another request', async () => {
    const first = request({ request_time: '2017-01-01 00:00:00.000001' });
    await run(first);
    const second = await run({ ...first, request_time: '2017-01-01 00:00:00.000002' });
    expect(second.statusCode).toBe(200);
  });

  it('is answered once of many at the same time', async () => {
    const repeated = request();
    const responses = await Promise.all(Array.from({ length: 10 }, () => run(repeated)));
    expect(responses.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(responses.filter(({ statusCode }) => statusCode === 409)).toHaveLength(9);
  });

  it('may be repeated if it was refused', async () => {
    const refused = request({ inputs: {} });
    await run(refused);
    const second = await run({ ...refused, inputs });
    expect(second.statusCode).toBe(200);
  });
});

describe('a model that fails', () => {
  it('is 500 with the message of its PredictError, and the request may be sent again', async () => {
    const iris = answering(() => {
      throw new PredictError('no such flower', 3);
    });
    const failing = await startTestService({ answering: { iris } });
    try {
      const sent = request();
      const responses = [await run(sent, {}, failing), await run(sent, {}, failing)];
      expect(responses.map((response) => [response.statusCode, response.json()])).toEqual([
        [500, { error: 'no such flower' }],
        [500, { error: 'no such flower' }],
      ]);
    } finally {
      await failing.stop();
    }
  });

  it('has its secrets kept', async () => {
    const iris = answering(() => {
      throw new Error('secret');
    });
    const failing = await startTestService({ answering: { iris } });
    try {
      const response = await run(request(), {}, failing);
      expect([response.statusCode, response.json()]).toEqual([500, { error: 'the model failed' }]);
    } finally {
      await failing.stop();
    }
  });
});

it('answers null for a number that JSON cannot hold', async () => {
  const iris = answering(
    (rows) => rows.map(() => ({ output: Number.NaN, probabilities: [Number.NaN, 1] })),
    ['a', 'b'],
  );
  const odd = await startTestService({ answering: { iris } });
  try {
    const response = await run(request(), {}, odd);
    expect(response.json()).toMatchObject({ output: null, probabilities: { a: null, b: 1 } });
  } finally {
    await odd.stop();
  }
});

describe('without a loaded model', () => {
  let untrained: TestService;
  beforeAll(async () => {
    untrained = await startTestService({ trained: false });
  });
  afterAll(() => untrained.stop());

  it('a correct request is 503 and may be tried again', async () => {
    const response = await run(request(), {}, untrained);
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('1');
  });

  it('a faulty request is 400 all the same', async () => {
    const response = await run(request({ inputs: {} }), {}, untrained);
    expect(response.statusCode).toBe(400);
  });
});
