import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { keyDigest } from '../../../service/auth/api-key';
import { hashPassword } from '../../../service/auth/password-hash';
import { authentication } from '../../../service/auth/plugin';
import { authConfig, guardedServer } from './guarded-server';
import { TokenIssuer, testTime } from './token-issuer';

/** Sends lines as they are over a real connection and gives the status of the answer. */
async function sendRaw(server: FastifyInstance, lines: readonly string[]): Promise<number> {
  await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(String(data))).once('error', reject);
      socket.write([...lines, '', ''].join('\r\n'));
    });
    return Number(answer.split(' ')[1]);
  } finally {
    socket.destroy();
  }
}

const keys = { predict: 'predict-key', admin: 'admin-key' };
let server: FastifyInstance;
afterEach(() => server.close());

describe('a service off loopback', () => {
  beforeEach(async () => {
    server = await guardedServer({ keys });
  });

  test.each([
    ['no credential', {}, [200, 401, 401]],
    ['the predict key', { 'x-api-key': 'predict-key' }, [200, 200, 403]],
    ['the admin key', { 'x-api-key': 'admin-key' }, [200, 200, 200]],
    ['the admin key as bearer', { authorization: 'Bearer admin-key' }, [200, 200, 200]],
    ['the admin key under its own scheme', { authorization: 'ApiKey admin-key' }, [200, 200, 200]],
    ['a wrong key', { 'x-api-key': 'wrong' }, [200, 401, 401]],
    ['an empty key', { 'x-api-key': '' }, [200, 401, 401]],
    ['an empty Authorization beside a good key', { authorization: '', 'x-api-key': 'admin-key' }, [200, 401, 401]],
    [
      'a wrong Authorization beside a good key',
      { authorization: 'Bearer x', 'x-api-key': 'admin-key' },
      [200, 401, 401],
    ],
    ['Basic, which is not configured', { authorization: 'Basic YTpi' }, [200, 401, 401]],
    ['a token, without an issuer', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }, [200, 401, 401]],
  ])('given %s answers open, predict and admin routes', async (_, headers, expected) => {
    const answers = await Promise.all(['/healthz', '/metrics', '/jobs'].map((url) => server.inject({ url, headers })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(expected);
  });

  test('keeps a route that names no level for admins', async () => {
    const { statusCode } = await server.inject({ url: '/forgotten', headers: { 'x-api-key': 'predict-key' } });
    expect(statusCode).toBe(403);
  });

  test('tells the handler the name of the key', async () => {
    const { body } = await server.inject({ url: '/metrics', headers: { 'x-api-key': 'predict-key' } });
    expect(body).toBe('the predict key');
  });

  test('answers an unknown path 404 without a credential', async () => {
    expect(await server.inject('/unknown')).toMatchObject({ statusCode: 404 });
  });

  test('answers a wrong method 405 without a credential', async () => {
    expect(await server.inject({ method: 'DELETE', url: '/metrics' })).toMatchObject({ statusCode: 405 });
  });

  test('refuses before it looks at the body', async () => {
    // GIVEN a body that is no JSON
    const headers = { 'content-type': 'application/json' };
    // WHEN
    const { statusCode } = await server.inject({ method: 'POST', url: '/echo', headers, payload: '{' });
    // THEN
    expect(statusCode).toBe(401);
  });

  test('refuses before the body has arrived', async () => {
    const headers = ['Host: x', 'Content-Type: application/json', 'Content-Length: 9'];
    expect(await sendRaw(server, ['POST /echo HTTP/1.1', ...headers])).toBe(401);
  });

  test('refuses two Authorization headers, which Node would show as one', async () => {
    const headers = ['Host: x', 'Authorization: Bearer admin-key', 'Authorization: Bearer other'];
    expect(await sendRaw(server, ['GET /metrics HTTP/1.1', ...headers])).toBe(401);
  });

  test('takes accessKey where the route accepts it', async () => {
    expect(await server.inject({ method: 'POST', url: '/stop?accessKey=admin-key' })).toMatchObject({
      statusCode: 200,
    });
  });

  test('ignores accessKey elsewhere', async () => {
    expect(await server.inject('/metrics?accessKey=admin-key')).toMatchObject({ statusCode: 401 });
  });

  test('refuses a remembered password that a page of another site makes use of', async () => {
    const headers = { 'x-api-key': 'admin-key', 'sec-fetch-site': 'cross-site' };
    expect(await server.inject({ url: '/jobs', headers })).toMatchObject({ statusCode: 403 });
  });
});

describe('a refusal', () => {
  let issuer: TokenIssuer;
  beforeEach(async () => {
    issuer = await TokenIssuer.start();
    const scopes: ('predict' | 'admin')[] = ['predict'];
    server = await guardedServer({
      auth: {
        apiKeys: [{ name: 'dashboard', sha256: keyDigest('dashboard-key'), scopes }],
        basic: [{ user: 'ann', scrypt: await hashPassword('p:ä'), scopes }],
        oidc: issuer.oidc,
      },
      now: () => testTime * 1000,
    });
  });
  afterEach(() => issuer.stop());

  test('challenges with every configured scheme', async () => {
    const { headers } = await server.inject('/metrics');
    expect(headers['www-authenticate']).toBe(
      'ApiKey realm="modelapp", Basic realm="modelapp", charset="UTF-8", Bearer realm="modelapp"',
    );
  });

  test('says that the credential is missing', async () => {
    expect((await server.inject('/metrics')).json()).toEqual({ error: 'this needs a credential' });
  });

  test('says that the credential is wrong', async () => {
    const { body } = await server.inject({ url: '/metrics', headers: { 'x-api-key': 'x' } });
    expect(JSON.parse(body)).toEqual({ error: 'the credential is not valid' });
  });

  test('names the scope that is lacking', async () => {
    const { body } = await server.inject({ url: '/jobs', headers: { 'x-api-key': 'dashboard-key' } });
    expect(JSON.parse(body)).toEqual({ error: "this needs the scope 'admin'" });
  });

  test('comes to nobody with a password in UTF-8', async () => {
    const authorization = `Basic ${Buffer.from('ann:p:ä').toString('base64')}`;
    expect((await server.inject({ url: '/metrics', headers: { authorization } })).body).toBe('ann');
  });

  test('comes to nobody with a token', async () => {
    const authorization = `Bearer ${await issuer.token({ scope: 'predict' })}`;
    expect((await server.inject({ url: '/metrics', headers: { authorization } })).body).toBe('ann');
  });

  test('comes to a token without scopes', async () => {
    const authorization = `Bearer ${await issuer.token()}`;
    expect(await server.inject({ url: '/metrics', headers: { authorization } })).toMatchObject({ statusCode: 403 });
  });

  test('is 503 with Retry-After while tokens cannot be checked', async () => {
    issuer.fail();
    const authorization = `Bearer ${await issuer.token()}`;
    const { statusCode, headers } = await server.inject({ url: '/metrics', headers: { authorization } });
    expect([statusCode, headers['retry-after']]).toEqual([503, '1']);
  });
});

describe('a service on loopback', () => {
  const get = (path: string, headers: readonly string[] = ['Host: 127.0.0.1:8080']) =>
    sendRaw(server, [`GET ${path} HTTP/1.1`, ...headers]);

  beforeEach(async () => {
    server = await guardedServer({ addresses: ['127.0.0.1'] });
  });

  test('asks nobody for a credential', async () => {
    expect(await get('/jobs')).toBe(200);
  });

  test.each(['/healthz', '/metrics', '/jobs'])('refuses %s under a name that points here', async (path) => {
    expect(await get(path, ['Host: evil.example'])).toBe(403);
  });

  test('refuses a page of another site', async () => {
    expect(await get('/jobs', ['Host: localhost', 'Origin: https://evil.example'])).toBe(403);
  });

  test('ignores a credential that it did not ask for', async () => {
    expect(await get('/jobs', ['Host: localhost', 'Authorization: Bearer anything'])).toBe(200);
  });
});

test('a service that needs credentials and has none does not start', async () => {
  server = Fastify();
  const start = server.register(authentication, { auth: authConfig(), addresses: ['0.0.0.0'], logger: server.log });
  await expect(start).rejects.toThrow('auth: credentials are required, but there are none');
});
