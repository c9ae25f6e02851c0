import {
  createTestApp,
  startTestEventService,
  type TestApp,
  type TestEventService,
} from '../../../support/event-service';

let hurried: TestEventService;
let patient: TestEventService;
let app: TestApp;

/** Hundreds of megabytes, more than the database brings in the time that a request of the hurried service waits. */
const count = 400;

beforeAll(async () => {
  hurried = await startTestEventService({ config: { commitWaitMs: 1_000 } });
  const { database } = hurried;
  patient = await startTestEventService({ database, config: { commitWaitMs: 60_000 } });
  app = await createTestApp(database);
  await database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     select $1, n, '$set', 'user', 'u' || n, json_build_object('text', repeat('x', 1000000)), now(), 0, now()
     from generate_series(1, $2::integer) n`,
    [app.id, count],
  );
});
afterAll(async () => {
  await patient.stop();
  await hurried.stop();
});

test.each([-1, 1_000])('events as large as they may be are listed: limit=%i', async (limit) => {
  const response = await fetch(`${hurried.url}/events.json?limit=${limit}&accessKey=${app.key}`);
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) bytes += chunk.length;

  expect(response.status).toBe(200);
  expect(bytes).toBeGreaterThan(count * 1_000_000);
});

test('a page of entities ends before it gets too large, and the next one goes on', async () => {
  const ids: string[] = [];
  for (let path = `/entities/user.json?limit=1000&accessKey=${app.key}`; path !== ''; ) {
    const { status, json, headers } = await patient.send('GET', path);
    expect(status).toBe(200);
    const page = (json as readonly { readonly entityId: string }[]).map(({ entityId }) => entityId);
    expect(page.length).toBeLessThan(20);
    ids.push(...page);
    path = /<([^>]*)>/.exec(headers.get('link') ?? '')?.[1] ?? '';
  }

  expect(ids).toHaveLength(count);
  expect(new Set(ids).size).toBe(count);
});
