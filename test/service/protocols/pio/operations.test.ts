import { keyDigest } from '../../../../service/auth/api-key';
import { startTestService, type TestService } from '../../../support/service';

const apiKeys = [
  { name: 'asker', sha256: keyDigest('predict-key'), scopes: ['predict' as const] },
  { name: 'operator', sha256: keyDigest('admin-key'), scopes: ['admin' as const] },
];

const config = { auth: { predict: 'required' as const, admin: 'required' as const, apiKeys } };
const admin = { 'x-api-key': 'admin-key' };

let service: TestService;
let stopsBefore: number;

beforeAll(async () => {
  service = await startTestService({ config });
  await service.train('iris');
});
afterAll(() => service.stop());
/** Each test begins with an old revision that serves, and a newer one. */
beforeEach(async () => {
  await letServe(1);
  stopsBefore = service.stopRequests;
});

const call = (method: 'GET' | 'POST' | 'HEAD', url: string, headers: Record<string, string> = {}) =>
  service.server.inject({ method, url, headers });
const active = () => service.context.models.get('iris')?.active?.revision;

async function letServe(revision: number): Promise<void> {
  await service.context.registry.activate('iris', revision);
  await service.context.models.refresh();
}

async function expectNothingHappened(): Promise<void> {
  expect((await service.context.registry.list('iris')).active).toBe(1);
  expect(service.stopRequests).toBe(stopsBefore);
}

describe('/reload', () => {
  it.each(['GET', 'POST'] as const)('by %s lets the newest revision serve', async (method) => {
    const response = await call(method, '/reload', admin);

    expect([response.statusCode, response.headers['content-type'], response.body]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'Reloading...',
    ]);
    expect(active()).toBe(2);
  });

  it('passes over a revision that was given up', async () => {
    const newest = await service.train('iris');
    await service.context.registry.rollback('iris');
    await letServe(1);

    await call('POST', '/reload', admin);

    expect([newest, active()]).toEqual([3, 2]);
  });

  it('leaves no gap: queries are answered all the while', async () => {
    const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
    const query = { method: 'POST', url: '/queries.json', payload: flower, headers: admin } as const;
    const queries = async () => {
      const statuses = [];
      for (let n = 0; n < 100; n += 1) statuses.push((await service.server.inject(query)).statusCode);
      return new Set(statuses);
    };
    const reloads = async () => {
      for (let n = 0; n < 10; n += 1) {
        await service.context.registry.activate('iris', 1);
        await call('POST', '/reload', admin);
      }
    };

    const [statuses] = await Promise.all([queries(), reloads()]);

    expect([...statuses]).toEqual([200]);
    expect(active()).toBe(2);
  });

  it('is 503 while the database is away, and all stays as it is', async () => {
    const alone = await startTestService();
    await alone.cutDatabase();

    const response = await alone.server.inject({ method: 'POST', url: '/reload' });

    expect([response.statusCode, response.headers['retry-after'], Object.keys(response.json())]).toEqual([
      503,
      '1',
      ['message'],
    ]);
    expect(alone.context.models.get('iris')?.active?.revision).toBe(1);
    await alone.stop();
  });

  it('is 409 if nothing was trained', async () => {
    const untrained = await startTestService({ trained: false });
    const response = await untrained.server.inject({ method: 'POST', url: '/reload' });
    expect([response.statusCode, Object.keys(response.json())]).toEqual([409, ['message']]);
    await untrained.stop();
  });
});

it.each(['GET', 'POST'] as const)('/stop by %s has the instance shut down', async (method) => {
  const response = await call(method, '/stop', admin);

  expect([response.statusCode, response.body]).toEqual([200, 'Shutting down...']);
  expect(service.stopRequests).toBe(stopsBefore + 1);
});

describe.each(['/reload', '/stop'])('%s', (url) => {
  it.each([
    ['without a key', url, {}, 401],
    ['with a wrong key in the query', `${url}?accessKey=wrong`, {}, 401],
    ['with an empty key in the query', `${url}?accessKey=`, {}, 401],
    ['with a key for predictions', url, { 'x-api-key': 'predict-key' }, 403],
    [
      'with a key for predictions in the header and another in the query',
      `${url}?accessKey=admin-key`,
      { 'x-api-key': 'predict-key' },
      403,
    ],
    ['from a page of another site', url, { ...admin, 'sec-fetch-site': 'cross-site' }, 403],
  ])('%s is refused, and nothing happens', async (_what, path, headers, status) => {
    for (const method of ['GET', 'POST'] as const) {
      const response = await call(method, path, headers as Record<string, string>);
      expect([response.statusCode, Object.keys(response.json())]).toEqual([status, ['message']]);
    }
    await expectNothingHappened();
  });

  it('takes the key from the query too', async () => {
    expect((await call('POST', `${url}?accessKey=admin-key`)).statusCode).toBe(200);
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'takes a body of %s',
    async (type) => {
      const headers = { ...admin, 'content-type': type };
      const response = await service.server.inject({ method: 'POST', url, headers, payload: '{' });
      expect(response.statusCode).toBe(200);
    },
  );

  it('does nothing for HEAD', async () => {
    const response = await call('HEAD', url, admin);

    expect([response.statusCode, response.headers.allow]).toEqual([405, 'GET, POST']);
    await expectNothingHappened();
  });
});
