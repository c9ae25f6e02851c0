import fc from 'fast-check';
import { parseAuthorization, readCredential } from '../../../service/auth/credential';

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('the Authorization header', () => {
  test('any user without a colon and any password survive HTTP Basic', () => {
    const text = fc.string({ unit: 'grapheme' });
    const user = text.filter((value) => value !== '' && !value.includes(':'));
    fc.assert(
      fc.property(user, text, (name, password) => {
        expect(parseAuthorization(basic(name, password))).toEqual({ kind: 'basic', user: name, password });
      }),
    );
  });

  test('no text whatsoever makes the parser throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Basic', 'Bearer', 'ApiKey', 'Digest', ''),
        fc.string({ unit: 'binary' }),
        (scheme, value) => {
          const credential = parseAuthorization(`${scheme} ${value}`);
          expect(credential === undefined || 'kind' in credential).toBe(true);
        },
      ),
    );
  });

  test('a password may hold colons', () => {
    expect(parseAuthorization(basic('ann', 'a:b:c'))).toEqual({ kind: 'basic', user: 'ann', password: 'a:b:c' });
  });

  test.each(['basic', 'BASIC', 'Basic'])('the scheme is read in any case: %s', (scheme) => {
    expect(parseAuthorization(basic('ann', 'x').replace('Basic', scheme))).toMatchObject({ kind: 'basic' });
  });

  test('a bearer value of two dots is an API key unless it starts with a JSON object', () => {
    const values = ['one.two.three', 'plain', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`];
    expect(values.map((value) => parseAuthorization(`Bearer ${value}`)?.kind)).toEqual(['apiKey', 'apiKey', 'token']);
  });

  test.each([
    ['nothing', ''],
    ['a scheme alone', 'Bearer'],
    ['an empty value', 'Bearer '],
    ['an unknown scheme', 'Digest username=ann'],
    ['two values', 'Bearer one two'],
    ['Basic without a colon', `Basic ${Buffer.from('ann').toString('base64')}`],
    ['Basic without a user', basic('', 'x')],
    ['Basic that is not base64', 'Basic ann:secret'],
    ['Basic that is not UTF-8', `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString('base64')}`],
  ])('%s is malformed', (_, header) => {
    expect(parseAuthorization(header)).toBeUndefined();
  });
});

describe('the credential that decides', () => {
  test('is Authorization, if sent', () => {
    const rawHeaders = ['x-api-key', 'second', 'AUTHORIZATION', 'Bearer first'];
    expect(readCredential({ rawHeaders, accessKey: 'third' })).toEqual({ kind: 'apiKey', key: 'first' });
  });

  test('is Authorization even if that is empty', () => {
    expect(readCredential({ rawHeaders: ['authorization', '', 'x-api-key', 'good'] })).toBe('malformed');
  });

  test('is x-api-key before accessKey', () => {
    expect(readCredential({ rawHeaders: ['X-Api-Key', 'key'], accessKey: 'third' })).toMatchObject({ key: 'key' });
  });

  test('is accessKey last', () => {
    expect(readCredential({ rawHeaders: [], accessKey: 'third' })).toMatchObject({ key: 'third' });
  });

  test('is missing if nothing is sent', () => {
    expect(readCredential({ rawHeaders: ['accept', 'x-api-key'] })).toBe('missing');
  });

  test.each([
    ['an empty x-api-key', { rawHeaders: ['x-api-key', ''] }],
    ['an empty accessKey', { rawHeaders: [], accessKey: '' }],
    ['Authorization twice', { rawHeaders: ['authorization', 'Bearer a', 'Authorization', 'Bearer a'] }],
    ['x-api-key twice', { rawHeaders: ['x-api-key', 'a', 'x-api-key', 'a'] }],
    ['accessKey twice', { rawHeaders: [], accessKey: ['a', 'a'] }],
  ])('is malformed: %s', (_, source) => {
    expect(readCredential(source)).toBe('malformed');
  });
});
