import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair } from 'jose';
import { createTokenCheck } from '../../../service/auth/bearer';
import { TokenIssuer, testTime } from './token-issuer';

let issuer: TokenIssuer;
let milliseconds: number;
const now = () => milliseconds;
const pass = (seconds: number) => {
  milliseconds += seconds * 1000;
};

beforeEach(async () => {
  issuer = await TokenIssuer.start();
  milliseconds = testTime * 1000;
});

afterEach(() => issuer.stop());

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: 'https://issuer.example', aud: 'modelapp', sub: 'ann', exp: testTime + 60, scope: 'admin' };

describe('the claims of a token', () => {
  test('a good token names its subject', async () => {
    // GIVEN
    const check = createTokenCheck(issuer.oidc, now);
    // WHEN
    const caller = await check(await issuer.token({ scope: 'predict' }));
    // THEN
    expect(caller).toEqual({ name: 'ann', scopes: ['predict'] });
  });

  test.each([
    ['expired 29 s ago', { exp: testTime - 29 }],
    ['not valid for another 29 s', { nbf: testTime + 29 }],
    ['meant for several audiences, this one among them', { aud: ['other', 'modelapp'] }],
  ])('a token %s is taken', async (_, given) => {
    const check = createTokenCheck(issuer.oidc, now);
    expect(await check(await issuer.token(given))).toMatchObject({ name: 'ann' });
  });

  test.each([
    ['expired 31 s ago', { exp: testTime - 31 }],
    ['not valid for another 31 s', { nbf: testTime + 31 }],
    ['without an expiry', { exp: undefined }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'other' }],
    ['without an audience', { aud: undefined }],
  ])('a token %s is refused', async (_, given) => {
    const check = createTokenCheck(issuer.oidc, now);
    expect(await check(await issuer.token(given))).toBeUndefined();
  });
});

describe('the scopes of a token', () => {
  test.each([
    ['scope, separated by blanks', { scope: 'openid predict admin' }, ['predict', 'admin']],
    ['scp as text', { scp: 'predict' }, ['predict']],
    ['scp as a list', { scp: ['admin'] }, ['admin']],
    ['the configured claim', { 'https://example/roles': ['predict'] }, ['predict']],
    ['no claim', {}, []],
    ['a longer word', { scope: 'predictions administrator' }, []],
    ['an object', { scope: { predict: true } }, []],
  ])('are read from %s', async (_, given, scopes) => {
    const check = createTokenCheck({ ...issuer.oidc, scopeClaim: 'https://example/roles' }, now);
    expect(await check(await issuer.token(given))).toEqual({ name: 'ann', scopes });
  });

  test('go by the configured names', async () => {
    const check = createTokenCheck({ ...issuer.oidc, adminScope: 'model:write' }, now);
    expect(await check(await issuer.token({ scope: 'admin model:write' }))).toEqual({ name: 'ann', scopes: ['admin'] });
  });
});

describe('the signature of a token', () => {
  test('by another key of the same id is refused', async () => {
    const check = createTokenCheck(issuer.oidc, now);
    const { privateKey } = await generateKeyPair('ES256');
    expect(await check(await issuer.token({}, 'first', privateKey))).toBeUndefined();
  });

  test('may not be missing (alg none)', async () => {
    const check = createTokenCheck(issuer.oidc, now);
    expect(await check(`${base64url({ alg: 'none', kid: 'first' })}.${base64url(claims)}.`)).toBeUndefined();
  });

  test('may not be an HMAC with the public key', async () => {
    // GIVEN
    const check = createTokenCheck(issuer.oidc, now);
    const signed = `${base64url({ alg: 'HS256', kid: 'first' })}.${base64url(claims)}`;
    const publicKey = await exportSPKI(issuer.key('first').publicKey);
    // WHEN
    const hmac = createHmac('sha256', publicKey).update(signed).digest('base64url');
    // THEN
    expect(await check(`${signed}.${hmac}`)).toBeUndefined();
  });

  test('covers the claims', async () => {
    const check = createTokenCheck(issuer.oidc, now);
    const [header, , signature] = (await issuer.token({ scope: 'predict' })).split('.');
    expect(await check(`${header}.${base64url(claims)}.${signature}`)).toBeUndefined();
  });
});

describe("the issuer's keys", () => {
  test('are fetched once for many tokens at a time', async () => {
    const check = createTokenCheck(issuer.oidc, now);
    const token = await issuer.token();
    await Promise.all(Array.from({ length: 20 }, () => check(token)));
    expect(issuer.fetches).toBe(1);
  });

  test('are fetched again for an unknown key id after 30 s', async () => {
    // GIVEN keys that were fetched before a new one came
    const check = createTokenCheck(issuer.oidc, now);
    await check(await issuer.token());
    await issuer.addKey('second');
    // WHEN
    pass(30);
    // THEN
    expect(await check(await issuer.token({}, 'second'))).toMatchObject({ name: 'ann' });
  });

  test('are fetched for unknown key ids at most every 30 s', async () => {
    // GIVEN
    const check = createTokenCheck(issuer.oidc, now);
    const { privateKey } = await generateKeyPair('ES256');
    const unknown = await issuer.token({ exp: testTime + 3600 }, 'unknown', privateKey);
    // WHEN a minute passes, with four requests in each second
    for (let second = 0; second < 60; second += 1) {
      await Promise.all(Array.from({ length: 4 }, () => check(unknown)));
      pass(1);
    }
    // THEN at 0 s and at 30 s
    expect(issuer.fetches).toBe(2);
  });

  test('a withdrawn key loses its power after ten minutes', async () => {
    // GIVEN
    const check = createTokenCheck(issuer.oidc, now);
    const token = await issuer.token({ exp: testTime + 3600 });
    await check(token);
    await issuer.addKey('first');
    // WHEN
    pass(600);
    // THEN
    expect(await check(token)).toBeUndefined();
  });

  test('stay in use while the issuer is away', async () => {
    // GIVEN
    const check = createTokenCheck(issuer.oidc, now);
    const token = await issuer.token({ exp: testTime + 3600 });
    await check(token);
    // WHEN
    issuer.fail();
    pass(601);
    // THEN
    expect(await check(token)).toMatchObject({ name: 'ann' });
  });

  test.each([
    ['does not answer', () => issuer.stop()],
    ['fails', () => issuer.fail()],
  ])('none at all is 503 when the issuer %s', async (_, fail) => {
    const check = createTokenCheck(issuer.oidc, now);
    const token = await issuer.token();
    await fail();
    await expect(check(token)).rejects.toMatchObject({ status: 503, options: { headers: { 'retry-after': '1' } } });
  });

  test('an absent issuer is asked at most once a second', async () => {
    // GIVEN
    const check = createTokenCheck(issuer.oidc, now);
    const token = await issuer.token();
    issuer.fail();
    // WHEN
    for (let request = 0; request < 5; request += 1) await check(token).catch(() => undefined);
    // THEN
    expect(issuer.fetches).toBe(1);
  });

  test('an issuer that comes back is found', async () => {
    // GIVEN
    const check = createTokenCheck(issuer.oidc, now);
    const token = await issuer.token();
    issuer.fail();
    await check(token).catch(() => undefined);
    // WHEN
    issuer.recover();
    pass(1);
    // THEN
    expect(await check(token)).toMatchObject({ name: 'ann' });
  });
});
