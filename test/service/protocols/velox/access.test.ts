import { createHash } from 'node:crypto';
import { startVelox, type VeloxService } from './velox-service';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');

const predictions = [
  ['POST', '/predict/movies', { uid: 1, context: 1 }],
  ['POST', '/predict_top_k/movies', { uid: 1, k: 1, context: [1] }],
  ['POST', '/observe/movies', { uid: 1, context: 1, score: 1 }],
  ['GET', '/models', undefined],
] as const;

const operations = [
  ['GET', '/retrain/shop', undefined],
  ['POST', '/retrain/shop', undefined],
  ['POST', '/disableonlineupdates/movies', undefined],
  ['POST', '/enableonlineupdates/movies', undefined],
  ['POST', '/saveobservations/movies', { loc: 'saved' }],
  ['POST', '/writetrainingdata/movies', { loc: 'saved' }],
  ['POST', '/loadobservations/movies', { loc: 'saved' }],
  ['POST', '/downloadobservations/movies', { loc: 'saved' }],
] as const;

let service: VeloxService;

const ask = async ([method, url, payload]: readonly [string, string, object | undefined], key?: string) => {
  const headers = key === undefined ? {} : { 'x-api-key': key };
  const response = await service.server.inject({
    method: method as 'GET',
    url,
    headers,
    ...(payload && { payload }),
  });
  return response;
};

describe('where credentials are required', () => {
  beforeAll(async () => {
    service = await startVelox({
      auth: {
        predict: 'required',
        admin: 'required',
        apiKeys: [
          { name: 'client', sha256: sha256('the-client-key'), scopes: ['predict'] },
          { name: 'operator', sha256: sha256('the-operator-key'), scopes: ['admin'] },
        ],
      },
    });
  });
  afterAll(() => service.stop());

  it.each([...predictions, ...operations])('%s %s needs one', async (...route) => {
    for (const key of [undefined, 'wrong']) {
      const response = await ask(route, key);
      expect([response.statusCode, response.json()]).toEqual([401, { error: expect.any(String) }]);
      expect(response.headers['www-authenticate']).toEqual(expect.any(String));
    }
  });

  it.each(predictions)('%s %s is for both scopes', async (...route) => {
    expect((await ask(route, 'the-client-key')).statusCode).toBe(200);
    expect((await ask(route, 'the-operator-key')).statusCode).toBe(200);
  });

  it.each(operations)('%s %s is for operators', async (...route) => {
    const refused = await ask(route, 'the-client-key');
    expect([refused.statusCode, refused.json()]).toEqual([403, { error: expect.any(String) }]);
    // Nothing was observed of the shop, so that it cannot be retrained.
    expect((await ask(route, 'the-operator-key')).statusCode).toBe(route[1].startsWith('/retrain') ? 409 : 200);
  });
});

describe('while the database is away', () => {
  beforeAll(async () => {
    service = await startVelox();
    await service.importItems({ 1: [1, 2] });
    await service.cutDatabase();
  });
  afterAll(() => service.stop());

  it('predictions go on', async () => {
    expect(await service.post('/predict/movies', { uid: 1, context: 1 })).toEqual([200, 3]);
    expect(await service.post('/predict_top_k/movies', { uid: 1, k: 1, context: [7, 1] })).toEqual([200, [1]]);
  });

  it.each([predictions[2], ...operations.filter(([, url]) => !/load/.test(url))])(
    '%s %s asks to come again',
    async (...route) => {
      const response = await ask(route);
      expect([response.statusCode, response.json()]).toEqual([503, { error: expect.any(String) }]);
      expect(response.headers['retry-after']).toEqual(expect.any(String));
    },
  );
});

it('every route is in the documentation', async () => {
  service = await startVelox();
  const { paths } = (await service.server.inject('/docs/json')).json();
  await service.stop();
  const documented = Object.keys(paths).filter((path) => path.endsWith('/{model}'));
  expect(documented).toEqual(
    expect.arrayContaining(
      ['predict', 'predict_top_k', 'observe', 'retrain', 'saveobservations', 'loadobservations'].map(
        (name) => `/${name}/{model}`,
      ),
    ),
  );
  expect(Object.keys(paths['/retrain/{model}'])).toEqual(['get', 'post']);
});
