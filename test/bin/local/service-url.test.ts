import { serviceUrl } from '../../../bin/local/service-url';

test.each([
  ['127.0.0.1', 'http://127.0.0.1:8080'],
  ['localhost', 'http://localhost:8080'],
  ['::1', 'http://[::1]:8080'],
  ['0.0.0.0', 'http://127.0.0.1:8080'],
  ['::', 'http://[::1]:8080'],
])('a service that listens on %s is reached at %s', (host, url) => {
  expect(serviceUrl(host, 8080)).toBe(url);
});
