import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { startTestService, type TestService } from '../../support/service';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ trained: false });
});
afterAll(() => service.stop());

/** All that is answered to some bytes, until the connection ends. */
async function answerTo(bytes: string): Promise<{ head: string; body: string }> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { head, body };
}

describe('what is no HTTP request', () => {
  test.each([
    ['another protocol', '\x16\x03\x01\x02\r\n\r\n', 400],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['two lengths', 'POST /run/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['headers beyond the limit', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('such as %s is answered as any other error', async (_name, bytes, status) => {
    const { head, body } = await answerTo(bytes);

    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('content-type: application/json; charset=utf-8');
    expect(head).toContain(`x-modelapp-version: ${service.context.version}`);
    expect(JSON.parse(body)).toEqual({ error: expect.any(String) });
  });
});
