import { startVelox, type VeloxService } from './velox-service';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let service: VeloxService;

beforeAll(async () => {
  service = await startVelox();
});
afterAll(() => service.stop());

describe('a recommender of which nothing is trained', () => {
  it('answers 0 by its built-in revision 0, which no list shows', async () => {
    const response = await service.server.inject({
      method: 'POST',
      url: '/predict/movies',
      payload: { uid: 1, context: 2 },
    });
    expect([response.statusCode, response.payload, response.headers['x-modelapp-revision']]).toEqual([200, '0', '0']);
    expect((await service.server.inject('/models/movies/revisions')).json()).toEqual({ active: null, revisions: [] });
    expect((await service.server.inject('/readyz')).json().models.movies).toEqual({ revision: 0 });
  });

  it('ranks nothing of its whole catalogue, and keeps the order of the items it is given', async () => {
    expect(await service.post('/predict_top_k/movies', { uid: 1, k: 3, context: 'all' })).toEqual([200, []]);
    expect(await service.post('/predict_top_k/movies', { uid: 1, k: 2, context: [9, '4', 5] })).toEqual([
      200,
      [9, '4'],
    ]);
  });
});

describe('with imported items', () => {
  let revision: number;

  beforeAll(async () => {
    revision = await service.importItems({ 1: [1, 2], 2: [3, -1], '-7': [0, 4] }, [0.5, 2]);
  });

  it('the score is the dot product of the average user and the item, as a bare number', async () => {
    const response = await service.server.inject({
      method: 'POST',
      url: '/predict/movies',
      payload: { uid: 8, context: 1 },
    });
    expect(response.statusCode).toBe(200);
    expect(response.payload).toBe(String(0.5 * 1 + 2 * 2));
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-prediction-id': expect.stringMatching(uuid),
      'x-modelapp-revision': String(revision),
      'x-modelapp-version': '1.0.0',
    });
  });

  it.each([
    ['an integer', 2],
    ['its text', '2'],
    ['its text with sign and zeros', '+002'],
  ])('an item may be %s', async (_name, context) => {
    expect(await service.post('/predict/movies', { uid: '8', context })).toEqual([200, 0.5 * 3 - 2]);
  });

  it('an unknown item scores 0, one beyond all integers of JSON too', async () => {
    expect(await service.post('/predict/movies', { uid: 8, context: '123456789012345678901' })).toEqual([200, 0]);
  });

  it('the media type may be any of JSON, and fields that nobody knows are ignored', async () => {
    const { statusCode, payload } = await service.server.inject({
      method: 'POST',
      url: '/predict/movies',
      headers: { 'content-type': 'application/vnd.velox+json' },
      payload: '{"uid":1,"context":-7,"more":true}',
    });
    expect([statusCode, payload]).toEqual([200, '8']);
  });

  it('a prediction is a row with the user, the item and the score', async () => {
    const { headers } = await service.server.inject({
      method: 'POST',
      url: '/predict/movies',
      payload: { uid: 8, context: '1' },
    });
    await service.context.instance.ship();
    const { rows } = await service.database.pool.query(
      `select features, output, protocol, model, unit, inputs_1_0_0.revision from inputs_1_0_0 join outputs_1_0_0 using (run_id, protocol, model)
       where inputs_1_0_0.prediction_id = $1`,
      [headers['x-prediction-id']],
    );
    expect(rows).toEqual([
      {
        features: { user: '8', item: '1' },
        output: '4.5',
        protocol: 'velox',
        model: 'movies',
        unit: 'user:8',
        revision,
      },
    ]);
  });
});

describe('a prediction is refused', () => {
  it.each<[string, unknown, string]>([
    ['without a user', { context: 1 }, 'uid'],
    ['without an item', { uid: 1 }, 'context'],
    ['with a fraction for a user', { uid: 1.5, context: 1 }, 'uid'],
    ['with a word for a user', { uid: 'ada', context: 1 }, 'uid'],
    ['with null for a user', { uid: null, context: 1 }, 'uid'],
    ['with a boolean for an item', { uid: 1, context: true }, 'context'],
    ['with a list for an item', { uid: 1, context: [1] }, 'context'],
    ['with an empty text for an item', { uid: 1, context: '' }, 'context'],
    ['with an integer beyond those that JSON has', { uid: 2 ** 53, context: 1 }, 'uid'],
    ['with more digits than an id may have', { uid: 1, context: '1'.repeat(900) }, 'context'],
  ])('%s', async (_name, body, field) => {
    const [status, answer] = await service.post('/predict/movies', body);
    expect([status, answer]).toEqual([400, { error: expect.stringMatching(`^${field}: `), field }]);
  });

  it.each([
    ['uid: must be string or integer', { uid: null, context: 1 }],
    ['context: is longer than 800 characters', { uid: 1, context: '1'.repeat(900) }],
  ])('with the words %s', async (error, body) => {
    expect((await service.post('/predict/movies', body))[1]).toMatchObject({ error });
  });

  it('of a content type that is none', async () => {
    const { statusCode, payload } = await service.server.inject({
      method: 'POST',
      url: '/predict/movies',
      headers: { 'content-type': 'json' },
      payload: '{"uid":1,"context":1}',
    });
    expect([statusCode, JSON.parse(payload)]).toEqual([
      415,
      { error: 'the content type is not one; send application/json' },
    ]);
  });

  it('without an object', async () => {
    expect((await service.post('/predict/movies', [1, 2]))[0]).toBe(400);
  });

  it('for a model that nobody knows', async () => {
    expect(await service.post('/predict/rose', { uid: 1, context: 1 })).toEqual([
      404,
      { error: "there is no model 'rose'" },
    ]);
  });

  it('for a model that ranks nothing, which other protocols answer', async () => {
    expect(await service.post('/predict/iris', { uid: 1, context: 1 })).toEqual([
      400,
      { error: expect.stringMatching("^'iris' is no user-item model; ask it by POST /run/") },
    ]);
  });

  it('in another media type, and by another method', async () => {
    const text = { method: 'POST', url: '/predict/movies', headers: { 'content-type': 'text/plain' } } as const;
    expect((await service.server.inject({ ...text, payload: 'x' })).statusCode).toBe(415);
    for (const method of ['GET', 'HEAD'] as const) {
      const { statusCode, headers } = await service.server.inject({ method, url: '/predict/movies' });
      expect([statusCode, headers.allow]).toEqual([405, 'POST']);
    }
  });
});

it('the models are listed as text, in the order of the configuration', async () => {
  const { payload, headers } = await service.server.inject('/models');
  expect([payload, headers['content-type']]).toEqual([
    'Registered Models: movies,shop,iris',
    'text/plain; charset=utf-8',
  ]);
});
