import fc from 'fast-check';
import { foreignSite, hostOf, isLoopbackHost } from '../../../service/auth/loopback';

describe('a loopback host', () => {
  test.each(['localhost', 'LOCALHOST', 'localhost.', 'app.localhost', '127.0.0.1', '127.255.0.9', '::1', '[::1]'])(
    'is %s',
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );

  test.each([
    '',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    'example.com',
    'localhost.example.com',
    'notlocalhost',
    '127.0.0.1.example.com',
    '127.1',
    '[::ffff:10.0.0.1]',
  ])('is not %j', (host) => expect(isLoopbackHost(host)).toBe(false));

  test('is every address of 127.0.0.0/8 and no other IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => expect(isLoopbackHost(address)).toBe(address.split('.')[0] === '127')),
    );
  });
});

describe('the Host header', () => {
  test('gives the host with any port', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    );
    fc.assert(
      fc.property(host, fc.option(fc.integer({ min: 0, max: 65535 })), (name, port) =>
        expect(hostOf(port === null ? name : `${name}:${port}`)).toBe(name),
      ),
    );
  });

  test.each(['', ':80', 'a b', 'user@localhost', 'localhost/', 'localhost:80:80', '[::1', 'localhost:http'])(
    'is malformed: %j',
    (header) => expect(hostOf(header)).toBeUndefined(),
  );
});

describe('a request to a service on loopback', () => {
  const host = 'localhost:8080';

  test.each([
    ['curl', { host }],
    ['a page of this machine', { host, origin: 'http://127.0.0.1:3000' }],
    ['a page of this machine by IPv6', { host, origin: 'http://[::1]:8080' }],
    ['a typed address', { host, 'sec-fetch-site': 'none' }],
    ['a local page on another loopback name', { host, origin: 'http://127.0.0.1', 'sec-fetch-site': 'cross-site' }],
  ])('is served when it comes from %s', (_, headers) => expect(foreignSite(headers)).toBeUndefined());

  test.each([
    ['a name that was made to point here', { host: 'evil.example:8080' }],
    ['a client that names no host', {}],
    ['a page of another site', { host, origin: 'https://evil.example' }],
    ['a page of another site that looks local', { host, origin: 'http://localhost.evil.example' }],
    ['a page without an origin', { host, origin: 'null' }],
    ['a scheme that is not the web', { host, origin: 'evil://localhost' }],
    ['an image in a page of another site', { host, 'sec-fetch-site': 'cross-site' }],
  ])('is refused when it comes from %s', (_, headers) => expect(foreignSite(headers)).toMatch(/this service/));
});
