import { createTestApp, startTestEventService, type TestEventService } from '../../../support/event-service';
import { createTestDatabase } from '../../../support/postgres/database';

let service: TestEventService;

beforeAll(async () => {
  service = await startTestEventService();
});
afterAll(() => service.stop());

describe('GET /', () => {
  it.each(['/', '/?', '/?accessKey=none'])('%s answers exactly that it lives', async (path) => {
    const { status, text } = await service.send('GET', path);

    expect([status, text]).toEqual([200, '{"status":"alive"}']);
  });
});

describe('Health checks', () => {
  it('tell that it lives and is ready', async () => {
    expect((await service.send('GET', '/healthz')).status).toBe(200);
    expect((await service.send('GET', '/readyz')).text).toBe('{"status":"ready"}');
  });

  it('tell that it is not ready without tables', async () => {
    const database = await createTestDatabase({ migrated: false });
    const other = await startTestEventService({ database });

    const { status, text } = await other.send('GET', '/readyz');

    expect([status, text]).toEqual([503, '{"status":"database away"}']);
    expect((await other.send('GET', '/')).status).toBe(200);
    await other.stop();
    await database.drop();
  });

  it('tell that it is draining', async () => {
    const other = await startTestEventService({ database: service.database });
    other.lifecycle.drain();

    const { status, headers } = await other.send('GET', '/readyz');

    expect([status, headers.get('connection')]).toEqual([503, 'close']);
    await other.stop();
  });
});

describe('GET /stats.json', () => {
  it('counts what two instances stored over HTTP, and no repeats', async () => {
    // GIVEN
    const app = await createTestApp(service.database);
    const second = await startTestEventService({ database: service.database });
    const event = { event: 'buy', entityType: 'user', entityId: 'u1' };
    const rated = { ...event, event: 'rate', targetEntityType: 'item', targetEntityId: 'i1', eventId: 'mine' };
    // WHEN
    for (const instance of [service, second]) {
      await instance.send('POST', `/events.json?accessKey=${app.key}`, event);
      await instance.send('POST', `/events.json?accessKey=${app.key}`, rated);
      await instance.send('POST', `/batch/events.json?accessKey=${app.key}&channel=backup`, [event, {}]);
    }
    const { status, json } = await second.send('GET', `/stats.json?accessKey=${app.key}`);
    await second.stop();
    // THEN
    const counts = {
      basic: [
        { key: { entityType: 'user', event: 'buy' }, value: 4 },
        { key: { entityType: 'user', targetEntityType: 'item', event: 'rate' }, value: 1 },
      ],
      statusCode: [{ key: 201, value: 5 }],
    };
    expect(status).toBe(200);
    expect(json).toMatchObject({ longLive: counts });
    const { rows } = await service.database.pool.query('select count(*)::int from events where app = $1', [app.id]);
    expect(rows).toEqual([{ count: 5 }]);
  });

  it('has whole hours in UTC, of which the previous one has an end', async () => {
    const app = await createTestApp(service.database);
    await service.database.pool.query(
      `insert into event_stats select $1, date_trunc('hour', now()) - n * interval '1 hour', gen_random_uuid(), 'user', '', 'buy', 10 ^ n
       from generate_series(0, 2) n`,
      [app.id],
    );

    const { json } = await service.send('GET', `/stats.json?accessKey=${app.key}`);

    const { time, currentHour, prevHour, longLive } = json as Record<string, unknown>;
    const hour = `${String(time).slice(0, 13)}:00:00.000Z`;
    const stored = (value: number) => [{ key: 201, value }];
    expect(currentHour).toMatchObject({ startTime: hour, statusCode: stored(1) });
    expect(prevHour).toMatchObject({ endTime: hour, statusCode: stored(10) });
    expect(longLive).toMatchObject({ statusCode: stored(111) });
    expect([currentHour, longLive].filter((part) => 'endTime' in (part as object))).toEqual([]);
  });
});
