import { importEvents } from '../../../service/events/transfer/import-events';
import { givenEventService } from '../../support/event-service';

/** The requests that the official SDKs send, as they send them. */
const given = givenEventService();

const eventIdOf = ({ json }: { json: unknown }) => (json as { eventId: string }).eventId;

describe('Python', () => {
  it('asks for the state with an empty query', async () => {
    expect((await given.service.send('GET', '/?')).text).toBe('{"status":"alive"}');
  });

  it('sends times with a zone without colon, and reads them back', async () => {
    const event = {
      event: 'my_event',
      entityType: 'user',
      entityId: 'uid',
      properties: { prop1: 1, prop2: 'value2', prop3: [1, 2, 3], prop4: true, prop5: ['a', 'b', 'c'], prop6: 4.56 },
      eventTime: '2004-12-13T21:39:45.618+0000',
    };

    const id = eventIdOf(
      await given.service.send('POST', `/events.json?accessKey=${given.app.key}&channel=backup`, event),
    );
    const { json } = await given.service.send('GET', `/events/${id}.json?accessKey=${given.app.key}&channel=backup`);

    expect(json).toMatchObject({ ...event, eventTime: '2004-12-13T21:39:45.618Z' });
  });

  it('lists with reversed=False on every list', async () => {
    await given.service.send('POST', `/events.json?accessKey=${given.app.key}`, {
      event: 'e',
      entityType: 'user',
      entityId: 'u',
    });

    const { status } = await given.service.send(
      'GET',
      `/events.json?accessKey=${given.app.key}&reversed=False&limit=-1`,
    );

    expect(status).toBe(200);
  });

  it('reads the bytes of a deletion, and takes a second one for a failure', async () => {
    const event = { event: 'e', entityType: 'user', entityId: 'u' };
    const id = eventIdOf(await given.service.send('POST', `/events.json?accessKey=${given.app.key}`, event));
    const remove = () => given.service.send('DELETE', `/events/${id}.json?accessKey=${given.app.key}`);

    const [first, second] = [await remove(), await remove()];

    expect([first.status, first.text]).toEqual([200, '{"message":"Found"}']);
    expect(second.status).not.toBe(200);
  });
});

describe('Ruby', () => {
  it('names a charset', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const event = { event: '$set', entityType: 'user', entityId: 'ü', properties: { name: '日本' } };

    const { status } = await given.service.send(
      'POST',
      `/events.json?accessKey=${given.app.key}&channel=backup`,
      event,
      headers,
    );

    expect(status).toBe(201);
  });

  it('sends batches to a channel, asynchronously', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const event = { event: 'buy', entityType: 'user', entityId: 'u', eventTime: '2024-05-05T10:20:30.123+02:00' };

    const path = `/batch/events.json?accessKey=${given.app.key}&channel=backup`;
    const { status, json } = await given.service.send('POST', path, [event, event], headers);

    expect([status, json]).toMatchObject([200, [{ status: 201 }, { status: 201 }]]);
  });
});

describe('PHP', () => {
  it('sends numeric ids and times without a fraction', async () => {
    const text =
      '{"event":"view","entityType":"user","entityId":8,"targetEntityType":"item","targetEntityId":2.50,"eventTime":"2024-05-05T10:20:30+0200"}';
    const id = eventIdOf(await given.service.send('POST', `/events.json?accessKey=${given.app.key}`, text));

    const headers = { 'content-type': 'application/json' };
    const { json } = await given.service.send(
      'GET',
      `/events/${id}.json?accessKey=${given.app.key}`,
      undefined,
      headers,
    );

    expect(json).toMatchObject({ entityId: '8', targetEntityId: '2.50', eventTime: '2024-05-05T10:20:30.000+02:00' });
  });
});

describe('Java', () => {
  it('reads an id of each element of a batch', async () => {
    const event = { event: '$unset', entityType: 'user', entityId: 'u', properties: { a: '' } };

    const { status, json } = await given.service.send('POST', `/batch/events.json?accessKey=${given.app.key}`, [
      event,
      event,
    ]);

    expect([status, json]).toMatchObject([200, [{ eventId: expect.any(String) }, { eventId: expect.any(String) }]]);
  });

  it('is told when it cuts a body', async () => {
    const whole = JSON.stringify({ event: 'e', entityType: 'user', entityId: 'üü' });

    const { status } = await given.service.send('POST', `/events.json?accessKey=${given.app.key}`, whole.slice(0, -2));

    expect(status).toBe(400);
  });
});

describe('predictionio-driver', () => {
  it('sends fields and parameters of its own', async () => {
    const event = { appId: 1, event: 'e', entityType: 'user', entityId: 'u' };

    const { status } = await given.service.send('POST', `/events.json?accessKey=${given.app.key}&free=1`, event);

    expect(status).toBe(201);
  });

  it('reads JSON in every answer', async () => {
    const path = (route: string) => `${route}.json?accessKey=${given.app.key}`;
    const event = { appId: 1, event: 'e', entityType: 'user', entityId: 'u' };
    const id = eventIdOf(await given.service.send('POST', path('/events'), event));

    const answers = [
      await given.service.send('GET', '/'),
      await given.service.send('GET', path('/events')),
      await given.service.send('GET', path(`/events/${id}`)),
      await given.service.send('DELETE', path(`/events/${id}`)),
      await given.service.send('DELETE', path(`/events/${id}`)),
      await given.service.send('GET', path(`/events/${id}`)),
      await given.service.send('GET', path('/events')),
      await given.service.send('POST', '/events.json', event),
      await given.service.send('POST', path('/events'), { ...event, event: '' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 404, 404, 401, 400]);
    for (const { text } of answers) expect(() => JSON.parse(text)).not.toThrow();
  });
});

test.each([
  ['Python', '{"event": "rate", "entityType": "user", "entityId": "u", "eventTime": "2024-05-05T10:20:30.123+0000"}'],
  ['Ruby', '{"event":"rate","entityType":"user","entityId":"u","eventTime":"2024-05-05T10:20:30.123+00:00"}'],
  ['PHP', '{"event":"rate","entityType":"user","entityId":8,"eventTime":"2024-05-05T10:20:30+0000"}'],
  [
    'Java',
    '{"event":"rate","entityType":"user","entityId":"u","properties":{},"eventTime":"2024-05-05T10:20:30.123Z"}',
  ],
])('a file that %s exports is imported', async (_, line) => {
  async function* lines() {
    yield [{ bytes: Buffer.from(line), position: '1' }];
  }

  const imported = await importEvents({
    pool: given.service.database.pool,
    place: { app: given.app.id, channel: 0 },
    lines: lines(),
    skipErrors: false,
    purge: false,
  });

  expect(imported).toMatchObject({ stored: 1, skipped: 0 });
});
