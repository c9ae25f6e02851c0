import { Writable } from 'node:stream';
import fc from 'fast-check';
import pino from 'pino';
import { redactedHeaders, redactUrl } from '../../../service/auth/redaction';

test.each([
  ['/stop?accessKey=secret', '/stop?accessKey=[redacted]'],
  ['/stop?a=1&accessKey=secret&b=2', '/stop?a=1&accessKey=[redacted]'],
  ['/stop?%61ccess%4bey=secret', '/stop?%61ccess%4bey=[redacted]'],
  ['/stop?ACCESSKEY=secret', '/stop?ACCESSKEY=[redacted]'],
  ['/stop#accessKey=secret', '/stop#accessKey=[redacted]'],
  ['/stop?x=1#accessKey=secret', '/stop?x=1#accessKey=[redacted]'],
  ['/stop?accessKey=sec#ret', '/stop?accessKey=[redacted]'],
  ['/stop?accessKeys=kept&myaccessKey=kept', '/stop?accessKeys=kept&myaccessKey=kept'],
  ['/stop?%=kept', '/stop?%=kept'],
  ['/accessKey=kept', '/accessKey=kept'],
])('%s is logged as %s', (url, expected) => {
  expect(redactUrl(url)).toBe(expected);
});

test('no key survives in a URL, however the name is escaped', () => {
  const escaped = fc
    .array(fc.boolean(), { minLength: 9, maxLength: 9 })
    .map((flags) =>
      [...'accessKey'].map((char, index) => (flags[index] ? `%${char.charCodeAt(0).toString(16)}` : char)).join(''),
    );
  fc.assert(
    fc.property(fc.webQueryParameters(), escaped, (others, name) => {
      expect(redactUrl(`/stop?${others}&${name}=s-e-c-r-e-t`)).not.toContain('s-e-c-r-e-t');
    }),
  );
});

test('pino logs no credential that stands in a header', () => {
  // GIVEN
  let written = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const logger = pino({ redact: [...redactedHeaders] }, sink);
  const names = ['authorization', 'x-api-key', 'cookie', 'proxy-authorization'];
  // WHEN
  logger.info({ req: { headers: Object.fromEntries(names.map((name) => [name, 'secret'])) } });
  // THEN
  expect(written).not.toContain('secret');
});
