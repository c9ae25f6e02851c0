import { setImmediate } from 'node:timers/promises';
import type { EventLine } from '../../../../service/events/transfer/event-lines';
import { importEvents } from '../../../../service/events/transfer/import-events';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';

let database: TestDatabase;
const place = { app: 1, channel: 0 };
const options = { place, skipErrors: false, purge: false };

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  await database.pool.query(`insert into apps (name) values ('MyShop')`);
});

afterEach(() => database.drop());

const line = (fields: object): EventLine => ({
  bytes: Buffer.from(JSON.stringify({ event: 'view', entityType: 'user', entityId: 'u1', ...fields })),
  position: '1',
});

const count = async () => (await database.pool.query('select count(*)::integer as n from events')).rows[0].n;

test('an import that is interrupted while it waits for the database keeps nothing', async () => {
  // GIVEN another transaction that holds the id
  const other = await database.pool.connect();
  await other.query('begin');
  await other.query(
    `insert into events
       (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     values (1, 'a', 'view', 'user', 'u1', '{}', now(), 0, now())`,
  );
  const controller = new AbortController();
  async function* lines() {
    yield [line({ eventId: 'a' })];
  }

  // WHEN
  const imported = importEvents({ ...options, pool: database.pool, lines: lines(), signal: controller.signal });
  const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await database.pool.query(blocked)).rowCount === 0) await setImmediate();
  controller.abort(new Error('stopped by SIGINT'));

  // THEN
  await expect(imported).rejects.toThrow('stopped by SIGINT');
  await other.query('rollback');
  other.release();
  expect(await count()).toBe(0);
});

test('of two imports that purge at once the later one is what is left', async () => {
  const lines = async function* (eventIds: readonly string[]) {
    yield eventIds.map((eventId) => line({ eventId }));
  };
  const purge = (eventIds: readonly string[]) =>
    importEvents({ ...options, purge: true, pool: database.pool, lines: lines(eventIds) });

  await Promise.all([purge(['a', 'b']), purge(['c', 'd', 'e'])]);

  const { rows } = await database.pool.query('select string_agg(event_id, $1 order by event_id) as ids from events', [
    '',
  ]);
  expect(['ab', 'cde']).toContain(rows[0].ids);
});

test('an import holds on to its app until it is committed', async () => {
  let deletion: Promise<unknown> | undefined;
  async function* lines() {
    yield [line({})];
    deletion = database.pool.query('delete from apps');
    yield [line({})];
  }
  await importEvents({ ...options, pool: database.pool, lines: lines() });
  await deletion;
  expect(await count()).toBe(2);
});

test('a database that refuses an event ends the import', async () => {
  await database.pool.query(`alter table events add check (entity_id <> 'bad')`);
  async function* lines() {
    for (let n = 0; n < 20; n += 1) {
      yield Array.from({ length: 1000 }, () => line({ entityId: n === 0 ? 'bad' : 'good' }));
    }
  }
  await expect(importEvents({ ...options, pool: database.pool, lines: lines() })).rejects.toThrow('check constraint');
  expect(await count()).toBe(0);
});
