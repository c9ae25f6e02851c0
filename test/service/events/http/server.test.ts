import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import pino from 'pino';
import {
  createTestApp,
  startTestEventService,
  type TestApp,
  type TestEventService,
} from '../../../support/event-service';

let service: TestEventService;
let app: TestApp;
let logged = '';

beforeAll(async () => {
  const logger = pino({ level: 'debug' }, { write: (line) => (logged += line) });
  service = await startTestEventService({ config: { corsOrigins: ['https://shop.example'] }, logger });
  app = await createTestApp(service.database);
});
afterAll(() => service.stop());

const buy = { event: 'buy', entityType: 'user', entityId: 'u1' };
const path = () => `/events.json?accessKey=${app.key}`;

describe('Errors', () => {
  it('begin with unknown paths, whatever else is wrong', async () => {
    const { status, text: body } = await service.send('POST', '/event.json', 'x'.repeat(2_000_000));

    expect([status, body]).toEqual([404, '{"message":"The requested resource could not be found."}']);
  });

  it.each([
    ['PUT', '/events.json', 'GET, POST'],
    ['POST', '/events/x.json', 'GET, DELETE'],
    ['GET', '/batch/events.json', 'POST'],
    ['POST', '/', 'GET'],
  ])('go on with methods: %s %s', async (method, target, allow) => {
    const { status, json, headers } = await service.send(method, target);

    expect([status, json]).toEqual([405, { message: `HTTP method not allowed, supported methods: ${allow}` }]);
    expect(headers.get('allow')).toBe(allow);
  });

  it('tell of the key before the size of the body', async () => {
    expect((await service.send('POST', '/events.json', 'x'.repeat(2_000_000))).status).toBe(401);
  });

  it('tell of the size of the body before its type', async () => {
    const { status, json } = await service.send('POST', path(), 'x'.repeat(1_048_577), {
      'content-type': 'text/plain',
    });

    expect([status, json]).toEqual([413, { message: 'The request body is larger than 1048576 bytes.' }]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'nonsense', ''])(
    'tell of the type %s before the body',
    async (type) => {
      const { status, json } = await service.send('POST', path(), '{', { 'content-type': type });

      expect([status, json]).toEqual([415, { message: 'The content type must be application/json.' }]);
    },
  );

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON;charset=UTF-8'])(
    'do not come from the type %s',
    async (type) => {
      expect((await service.send('POST', path(), buy, { 'content-type': type })).status).toBe(201);
    },
  );

  it.each([
    ['what is no HTTP', 'NONSENSE\r\n\r\n'],
    ['a request without a host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('answer %s', async (_, request) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(request);

    const answer = await text(socket);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/\r\n\r\n\{"message":"[^"]+"\}$/);
  });

  it('answer a path that is no URL, without the key behind it', async () => {
    const { status, json } = await service.send('GET', `/events/%ff.json?accessKey=${app.key}`);

    expect([status, json]).toEqual([400, { message: 'The path of the request is not percent-encoded UTF-8.' }]);
  });

  it('answer a path that is longer than any id, without the key behind it', async () => {
    const { status, json } = await service.send('GET', `/events/${'x'.repeat(4_000)}.json?accessKey=${app.key}`);

    expect([status, json]).toEqual([404, { message: 'The requested resource could not be found.' }]);
  });
});

describe('Answers', () => {
  it('are compact JSON in UTF-8', async () => {
    const { headers, text: body } = await service.send('POST', path(), buy);

    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).not.toMatch(/\s/);
  });

  it('may be read by the pages of the configured origins, errors too', async () => {
    for (const target of [path(), '/events.json', '/nowhere']) {
      const { headers } = await service.send('GET', target, undefined, { origin: 'https://shop.example' });
      expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
    }
    const { headers } = await service.send('GET', path(), undefined, { origin: 'https://other.example' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('allow browsers to ask first', async () => {
    const { status, headers } = await service.send('OPTIONS', '/events.json', undefined, {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    });

    expect(status).toBe(204);
    expect(headers.get('access-control-allow-headers')).toBe('content-type');
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE');
  });

  it('tell whoever else asks for the options the same', async () => {
    const { status, text: body } = await service.send('OPTIONS', '/events.json');

    expect([status, body]).toEqual([204, '']);
  });
});

test('whatever is sent, the answer is never 500, and says what is wrong in JSON', async () => {
  const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '%', '$set', '..', '\ud800'));
  const field = fc.oneof(
    fc.json(),
    anyText.map((value) => JSON.stringify(value)),
  );
  const body = fc.oneof(
    anyText,
    fc.json(),
    fc
      .dictionary(
        fc.constantFrom('event', 'entityType', 'entityId', 'properties', 'eventTime', 'eventId', 'prId'),
        field,
      )
      .map(
        (fields) =>
          `{${Object.entries(fields)
            .map(([name, value]) => `"${name}":${value}`)
            .join(',')}}`,
      ),
  );
  const query = fc.dictionary(
    fc.constantFrom('limit', 'startTime', 'entityType', 'entityId', 'event', 'reversed', 'cursor', 'channel'),
    anyText,
  );
  const target = fc
    .tuple(fc.constantFrom('/events', '/events/', '/entities/', '/entities/a/', '/webhooks/'), anyText)
    .map(([start, rest]) => `${start}${encodeURIComponent(Buffer.from(rest).toString())}.json`);
  const request = fc.tuple(fc.constantFrom('GET', 'POST', 'DELETE'), target, query, body);

  await fc.assert(
    fc.asyncProperty(request, async ([method, start, parameters, sent]) => {
      const search = new URLSearchParams({ ...parameters, accessKey: app.key });
      const answer = await service.send(method, `${start}?${search}`, method === 'POST' ? sent : undefined);
      expect(answer.status).not.toBe(500);
      if (answer.status >= 400) expect(answer.json).toEqual({ message: expect.any(String) });
    }),
    { numRuns: 300 },
  );
});

test('neither log nor metrics nor errors hold a key', async () => {
  await service.database.pool.query('alter table events rename to gone');
  const { text: error } = await service.send('GET', path());
  await service.database.pool.query('alter table gone rename to events');
  const { text: metrics } = await service.send('GET', '/metrics');

  expect(metrics).toContain('modelapp_requests_total{method="POST",route="/events.json",status="201"}');
  expect(`${logged}${error}${metrics}`).not.toContain(app.key);
});

test('the OpenAPI document has every route, with what it takes and answers', async () => {
  const { json } = await service.send('GET', '/openapi.json');

  const { paths } = json as { paths: Record<string, Record<string, { responses: object; parameters?: object[] }>> };
  expect(Object.keys(paths).sort()).toEqual([
    '/',
    '/batch/events.json',
    '/entities/{entityType}.json',
    '/entities/{entityType}/{entityId}.json',
    '/events.json',
    '/events/{eventId}.json',
    '/healthz',
    '/metrics',
    '/readyz',
    '/stats.json',
    '/webhooks/{name}.form',
    '/webhooks/{name}.json',
  ]);
  const { post } = paths['/events.json'] as { post: { responses: object } };
  expect(Object.keys(post.responses)).toEqual(['201', '400', '401', '403', '409', '413', '415', '503']);
  expect((await service.send('GET', '/docs/static/index.html')).status).toBe(200);
});
