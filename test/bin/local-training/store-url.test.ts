import fc from 'fast-check';
import { parseStoreUrl } from '../../../bin/local-training/store-url';

test.each([
  ['redis://localhost', [{ host: 'localhost', port: 6379 }], undefined],
  ['redis://:s%40cret@db:7000', [{ host: 'db', port: 7000 }], 's@cret'],
  [
    'redis://:secret@one,two:7001,redis://three:7002',
    [
      { host: 'one', port: 6379 },
      { host: 'two', port: 7001 },
      { host: 'three', port: 7002 },
    ],
    'secret',
  ],
])('%s is read', (text, servers, password) => {
  expect(parseStoreUrl(text)).toEqual({ servers, password });
});

test('whatever servers are listed are read in their order', () => {
  const server = fc.record({ host: fc.stringMatching(/^[a-z]{1,8}$/), port: fc.integer({ min: 1, max: 65_535 }) });
  fc.assert(
    fc.property(fc.array(server, { minLength: 1, maxLength: 5 }), fc.string({ minLength: 1 }), (servers, password) => {
      const list = servers.map(({ host, port }) => `${host}:${port}`).join();

      expect(parseStoreUrl(`redis://:${encodeURIComponent(password)}@${list}`)).toEqual({ servers, password });
    }),
  );
});

test.each([
  ['localhost:6379', "--store-url: 'localhost:6379' is not like redis://:password@host:6379"],
  ['https://:secret@host', "--store-url: 'https://host' is not like redis://:password@host:6379"],
  ['redis://one,', "--store-url: 'redis://' is not like redis://:password@host:6379"],
  ['redis://:a@one,redis://:b@two', '--store-url: the servers of a store have one password, not two'],
])('%s is a usage error, which shows no password', (text, message) => {
  expect(() => parseStoreUrl(text)).toThrow(expect.objectContaining({ message, exitCode: 2 }));
});
