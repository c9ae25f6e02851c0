import type { FastifyInstance } from 'fastify';
import { startTestService, type TestService } from '../../support/service';

/** The shapes that errors have. */
const envelopes = {
  native: { error: expect.any(String) },
  palladium: { metadata: { status: 'ERROR', error_code: -1, error_message: expect.any(String) } },
  openInference: { error: expect.any(String) },
  invocations: { error_code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) },
};

type Method = 'GET' | 'POST' | 'DELETE';
type Level = 'open' | 'predict' | 'admin';
type Route = readonly [method: Method, path: string, level: Level, envelope: keyof typeof envelopes];

const routes: readonly Route[] = [
  ['GET', '/', 'open', 'native'],
  ['GET', '/version/', 'predict', 'native'],
  ['GET', '/version', 'predict', 'native'],
  ['GET', '/endpoints/', 'predict', 'native'],
  ['GET', '/output/1/', 'predict', 'native'],
  ['GET', '/inputs/1/', 'predict', 'native'],
  ['POST', '/run/', 'predict', 'native'],
  ['POST', '/run', 'predict', 'native'],
  ['GET', '/predict', 'predict', 'palladium'],
  ['POST', '/predict', 'predict', 'palladium'],
  ['GET', '/alive', 'open', 'palladium'],
  ['GET', '/list', 'predict', 'palladium'],
  ['POST', '/fit', 'admin', 'palladium'],
  ['POST', '/activate', 'admin', 'palladium'],
  ['POST', '/update-model-cache', 'admin', 'palladium'],
  ['GET', '/v2', 'predict', 'openInference'],
  ['GET', '/v2/health/live', 'open', 'openInference'],
  ['GET', '/v2/health/ready', 'open', 'openInference'],
  ['GET', '/v2/models/iris', 'predict', 'openInference'],
  ['GET', '/v2/models/iris/versions/1', 'predict', 'openInference'],
  ['GET', '/v2/models/iris/ready', 'predict', 'openInference'],
  ['POST', '/v2/models/iris/infer', 'predict', 'openInference'],
  ['POST', '/v2/models/iris/versions/1/infer', 'predict', 'openInference'],
  ['GET', '/ping', 'open', 'invocations'],
  ['GET', '/health', 'open', 'invocations'],
  ['POST', '/invocations', 'predict', 'invocations'],
  ['POST', '/feedback', 'predict', 'native'],
  ['GET', '/healthz', 'open', 'native'],
  ['GET', '/readyz', 'open', 'native'],
  ['GET', '/metrics', 'predict', 'native'],
  ['GET', '/docs', 'predict', 'native'],
  ['GET', '/docs/json', 'predict', 'native'],
  ['GET', '/models/iris/revisions', 'admin', 'native'],
  ['POST', '/models/iris/revisions', 'admin', 'native'],
  ['POST', '/models/iris/revisions/1/activate', 'admin', 'native'],
  ['POST', '/models/iris/rollback', 'admin', 'native'],
  ['DELETE', '/models/iris/revisions/1', 'admin', 'native'],
  ['GET', '/jobs', 'admin', 'native'],
  ['GET', '/jobs/00000000-0000-7000-8000-000000000000', 'admin', 'native'],
  ['POST', '/jobs/00000000-0000-7000-8000-000000000000/cancel', 'admin', 'native'],
];
const jsonRoutes = routes.filter(
  ([method, path]) => method === 'POST' && /run|predict$|infer|feedback|revisions$/.test(path),
);

const sha256OfKey = '2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683'; // of the text `key`
const sha256OfReader = '3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30'; // of the text `reader`

const limit = 2048;

describe.each(['without credentials', 'with credentials'] as const)('a service %s', (kind) => {
  let service: TestService;
  let server: FastifyInstance;
  const secured = kind === 'with credentials';
  const headers: Record<string, string> = secured ? { 'x-api-key': 'key' } : {};

  beforeAll(async () => {
    service = await startTestService({
      config: {
        http: { bodyLimit: limit, maxSamples: 3 },
        ...(secured && {
          auth: {
            predict: 'required',
            admin: 'required',
            apiKeys: [
              { name: 'test', sha256: sha256OfKey, scopes: ['admin'] },
              { name: 'reader', sha256: sha256OfReader, scopes: ['predict'] },
            ],
          },
        }),
      },
    });
    server = service.server;
  });
  afterAll(() => service.stop());

  const host = { host: 'localhost' };

  test('names its version on every answer, wrong ones too', async () => {
    for (const url of ['/', '/nowhere', '/run/', '/%ZZ', `/output/${'x'.repeat(20_000)}/`]) {
      const { headers: answered } = await server.inject({ url, headers: host });
      expect([url, answered['x-modelapp-version']]).toEqual([url, '1.0.0']);
    }
  });

  test('answers a path that does not exist with 404', async () => {
    const response = await server.inject({ method: 'POST', url: '/nowhere', headers: host });
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toEqual({ error: expect.any(String) });
  });

  test.each(routes)(
    '%s %s refuses other methods with 405 and says which it takes',
    async (method, url, _, envelope) => {
      const response = await server.inject({
        method: 'PUT',
        url,
        headers: { ...host, 'content-type': 'text/plain' },
        body: '?',
      });
      expect(response.statusCode).toBe(405);
      expect(String(response.headers.allow).split(', ')).toContain(method);
      expect(response.json()).toMatchObject(envelopes[envelope]);
    },
  );

  test.each(routes)('%s %s asks for a credential if it has to', async (method, url, level, envelope) => {
    const body =
      method === 'POST'
        ? { headers: { ...host, 'content-type': 'text/plain' }, body: 'x'.repeat(2 * limit) }
        : { headers: host };
    const response = await server.inject({ method, url, ...body });
    if (secured && level !== 'open') {
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toEqual(expect.anything());
      expect(response.json()).toMatchObject(envelopes[envelope]);
    } else {
      expect([401, 403]).not.toContain(response.statusCode);
    }
  });

  test.each(routes)('%s %s asks for the scope admin if it has to', async (method, url, level, envelope) => {
    const response = await server.inject({ method, url, headers: { ...host, 'x-api-key': 'reader' } });
    if (!secured || level !== 'admin') return expect([401, 403]).not.toContain(response.statusCode);
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject(envelopes[envelope]);
  });

  test.each(jsonRoutes)(
    '%s %s refuses a body over the limit before it looks at its type',
    async (method, url, _, envelope) => {
      const response = await server.inject({
        method,
        url,
        headers: { ...host, ...headers, 'content-type': 'image/png' },
        body: 'x'.repeat(limit + 1),
      });
      expect(response.statusCode).toBe(413);
      expect(response.json()).toMatchObject(envelopes[envelope]);
    },
  );

  test.each(jsonRoutes)('%s %s refuses another content type with 415', async (method, url, _, envelope) => {
    const response = await server.inject({
      method,
      url,
      headers: { ...host, ...headers, 'content-type': 'image/png' },
      body: 'x',
    });
    expect(response.statusCode).toBe(415);
    expect(response.json()).toMatchObject(envelopes[envelope]);
  });

  test.each(jsonRoutes)('%s %s refuses what is no JSON with 400', async (method, url, _, envelope) => {
    const response = await server.inject({
      method,
      url,
      headers: { ...host, ...headers, 'content-type': 'application/vnd.api+json' },
      body: '{"id":',
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject(envelopes[envelope]);
  });

  test.each(jsonRoutes)('%s %s refuses a body that is no UTF-8 with 400', async (method, url, _, envelope) => {
    const response = await server.inject({
      method,
      url,
      headers: { ...host, ...headers, 'content-type': 'application/json' },
      body: Buffer.from('{"id":"\xff"}', 'latin1'),
    });
    expect(response.statusCode).toBe(400);
    expect(response.body).toContain(url.startsWith('/predict') ? 'BadRequest: ()' : 'the request body is not UTF-8');
    expect(response.json()).toMatchObject(envelopes[envelope]);
  });

  test.each(jsonRoutes)('%s %s refuses an empty object with 400', async (method, url, _, envelope) => {
    const response = await server.inject({ method, url, headers: { ...host, ...headers }, payload: {} });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject(envelopes[envelope]);
  });

  test('has HEAD on the root, health and the documentation only', async () => {
    const status = async (url: string) =>
      (await server.inject({ method: 'HEAD', url, headers: { ...host, ...headers } })).statusCode;
    for (const url of ['/', '/healthz', '/readyz', '/ping', '/health', '/alive', '/v2/health/live', '/docs'])
      expect([url, [200, 302].includes(await status(url))]).toEqual([url, true]);
    for (const [method, url] of routes.filter(([, path]) => /predict|run|output|jobs|models|list|metrics/.test(path)))
      expect([method, url, await status(url)]).toEqual([method, url, 405]);
  });

  test('refuses more samples than one request may hold with 413', async () => {
    const sample = { sepal_length: 5, sepal_width: 3, petal_length: 1, petal_width: 0.2 };
    const payload = new Array(4).fill(sample);
    const response = await server.inject({
      method: 'POST',
      url: '/predict',
      headers: { ...host, ...headers },
      payload,
    });
    expect(response.statusCode).toBe(413);
    expect(response.json().metadata.error_message).toContain('at most 3 samples');
  });

  test('leaves no trace of refused requests in the log', async () => {
    await service.context.instance.ship();
    const { rows } = await service.database.pool.query('select count(*)::int as count from inputs_1_0_0');
    expect(rows).toEqual([{ count: 0 }]);
  });
});
