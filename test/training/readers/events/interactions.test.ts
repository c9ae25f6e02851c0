import { once } from 'node:events';
import { join } from 'node:path';
import type { InteractionSource } from '../../../../config/models/data-source';
import { type Interaction, readInteractions } from '../../../../training/readers/events/interactions';
import { createTestApp, givenEventService, type TestApp } from '../../../support/event-service';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { buildProgram } from '../../../support/program';

jest.setTimeout(180_000);

const rates = { names: ['rate'], entityType: 'user', targetEntityType: 'item', value: 'rating' };

async function collect(interactions: AsyncIterable<Interaction>): Promise<Interaction[]> {
  const all: Interaction[] = [];
  for await (const interaction of interactions) all.push(interaction);
  return all;
}

describe('interactions', () => {
  const given = givenEventService();

  async function send(events: readonly object[]): Promise<void> {
    const whole = events.map((event) => ({
      event: 'rate',
      entityType: 'user',
      entityId: 'u1',
      targetEntityType: 'item',
      targetEntityId: 'i1',
      eventTime: '2026-01-01T00:00:00Z',
      ...event,
    }));
    const { json } = await given.service.send('POST', `/batch/events.json?accessKey=${given.app.key}`, whole);
    expect((json as { status: number }[]).map(({ status }) => status)).toEqual(events.map(() => 201));
  }

  const read = (interactions: InteractionSource['interactions'] = rates, range: Partial<InteractionSource> = {}) =>
    collect(readInteractions(given.service.database.pool, { events: given.app.name, interactions, ...range }));

  test('come in order of time, equal times in order of ids', async () => {
    await send([
      { eventId: 'late', entityId: 'u3', eventTime: '2026-01-03T00:00:00.001Z', properties: { rating: 3 } },
      { eventId: 'b', entityId: 'u2', properties: { rating: 2.5 } },
      { eventId: 'a', entityId: 'u1', targetEntityId: 'i7', properties: { rating: 1 } },
    ]);

    const first = Date.parse('2026-01-01T00:00:00Z');
    expect(await read()).toEqual([
      { event: 'rate', entityId: 'u1', targetEntityId: 'i7', value: 1, time: first },
      { event: 'rate', entityId: 'u2', targetEntityId: 'i1', value: 2.5, time: first },
      { event: 'rate', entityId: 'u3', targetEntityId: 'i1', value: 3, time: Date.parse('2026-01-03T00:00:00.001Z') },
    ]);
  });

  test('are those of the named events, entity types and times', async () => {
    await send([
      { entityId: 'too early', eventTime: '2025-12-31T23:59:59.999Z' },
      { entityId: 'rated' },
      { entityId: 'bought', event: 'buy' },
      { entityId: 'viewed', event: 'view' },
      { entityId: 'a shop', entityType: 'shop' },
      { entityId: 'of a shop', targetEntityType: 'shop' },
      { entityId: 'of nothing', targetEntityType: undefined, targetEntityId: undefined },
      { entityId: 'too late', eventTime: '2026-01-02T00:00:00Z' },
    ]);

    const found = await read(
      { ...rates, names: ['rate', 'buy'] },
      { startTime: '2026-01-01T00:00:00Z', untilTime: '2026-01-02T00:00:00Z' },
    );

    expect(found.map(({ entityId }) => entityId).sort()).toEqual(['bought', 'rated']);
  });

  test('have no value without the property, with null, or if none was asked for', async () => {
    await send([{}, { properties: { rating: null } }, { properties: { other: 1 } }]);

    expect((await read()).map(({ value }) => value)).toEqual([undefined, undefined, undefined]);
    expect((await read({ names: ['rate'], entityType: 'user', targetEntityType: 'item' })).length).toBe(3);
  });

  test('whose value is no number end the reading, which names the event', async () => {
    await send([{ eventId: 'e1', properties: { rating: 'good' } }]);

    await expect(read()).rejects.toThrow(
      `rate events of app '${given.app.name}': event e1: rating: "good" is not a number`,
    );
  });

  test('of no app are an error that says how to make it', async () => {
    await expect(read(rates, { events: 'nowhere' })).rejects.toThrow(
      "rate events of app 'nowhere': there is no such app; make it with: modelapp app new nowhere",
    );
  });

  test('that are not read to their end leave the connection fit for others', async () => {
    await send(Array.from({ length: 5 }, () => ({})));
    for (let n = 0; n < 20; n += 1) {
      for await (const _ of readInteractions(given.service.database.pool, {
        events: given.app.name,
        interactions: rates,
      }))
        break;
    }

    expect(await read()).toHaveLength(5);
  });
});

describe('three hundred thousand interactions', () => {
  const start = buildProgram(join(__dirname, 'programs/read-interactions.ts'));
  const count = 300_000;
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: true });
    app = await createTestApp(database);
    await database.pool.query(
      `insert into events (app, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id,
         properties, event_time, event_offset_minutes, created_at)
       select $1, n::text, 'rate', 'user', 'u' || n % 1000, 'item', 'i' || n, '{"rating":4.5}',
         now() + n * interval '1 second', 0, now()
       from generate_series(1, $2) n`,
      [app.id, count],
    );
  });
  afterAll(() => database.drop());

  /** Reads them in a process of its own whose heap is too small for all of them. */
  async function readInSmallHeap(mode: 'count' | 'keep') {
    const program = start({ args: [database.url, app.name, mode], env: { NODE_OPTIONS: '--max-old-space-size=24' } });
    const exit = once(program.child, 'exit');
    return { printed: await program.nextLine(), exit: await exit, errors: program.errors() };
  }

  test('stream through a heap of 24 MiB', async () => {
    const { printed, errors } = await readInSmallHeap('count');

    expect([printed, errors]).toEqual([String(count), '']);
  });

  test('would not fit into it', async () => {
    const { printed, errors } = await readInSmallHeap('keep');

    expect(printed).not.toBe(String(count));
    expect(errors).toContain('heap out of memory');
  });
});
