import { Pool } from 'pg';
import { type EventFilter, EventLister, readEventCursor } from '../../../../service/events/read/list-events';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';

const place = { app: 1, channel: 0 };
const all: EventFilter = {
  startTime: undefined,
  untilTime: undefined,
  entityType: undefined,
  entityId: undefined,
  targetEntityType: undefined,
  targetEntityId: undefined,
  events: [],
  reversed: false,
};
/** Too many to be in memory as a whole. */
const limit = 1_500;
const waitMs = 20_000;

let database: TestDatabase;
let streams: Pool;
/** What others do just before a list begins to read its rows. */
let meanwhile: () => Promise<unknown>;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  streams = new Pool({ connectionString: database.url });
  streams.on('connect', (client) => {
    const query = client.query.bind(client) as (...words: unknown[]) => Promise<unknown>;
    const interrupted = async (text: unknown, ...words: unknown[]) => {
      if (typeof text === 'string' && text.startsWith('declare')) await meanwhile();
      return query(text, ...words);
    };
    client.query = interrupted as typeof client.query;
  });
});
beforeEach(async () => {
  await database.pool.query('truncate events');
  await store(1, 4_000);
});
afterAll(async () => {
  await streams.end();
  await database.drop();
});

/** Stores events of these seconds since the epoch, which are their ids too. */
const store = (from: number, to: number, ids = '') =>
  database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     select 1, $3 || n, 'buy', 'user', 'u1', '{}', 'epoch'::timestamptz + n * interval '1 s', 0, now()
     from generate_series($1::integer, $2::integer) n`,
    [from, to, ids],
  );

/** The ids of all pages. */
async function pages(): Promise<string[]> {
  const lister = new EventLister(database.pool, streams);
  const ids: string[] = [];
  for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
    const cursor = next === undefined ? undefined : readEventCursor(next);
    const page = await lister.page(place, all, { limit, cursor, waitMs });
    next = page.next;
    if ('stream' in page) for await (const { eventId } of page.stream) ids.push(eventId);
  }
  return ids;
}

const firstOnes = Array.from({ length: 4_000 }, (_, n) => String(n + 1));

describe('Long pages of events', () => {
  it('show each event that was there before exactly once, while others are stored among them', async () => {
    let stored = 0;
    meanwhile = () => store(++stored, stored, 'new-');

    const ids = await pages();

    expect(ids.filter((id) => !id.startsWith('new-'))).toEqual(firstOnes);
  });

  it('show none twice while others are deleted', async () => {
    let deleted = 0;
    meanwhile = () => database.pool.query('delete from events where event_id = $1', [String(++deleted)]);

    const ids = await pages();

    expect(new Set(ids).size).toBe(ids.length);
  });

  it('give their connection back when the reader stops at the first event', async () => {
    meanwhile = async () => {};
    const lister = new EventLister(database.pool, streams);

    const page = await lister.page(place, all, { limit, cursor: undefined, waitMs });
    for await (const _ of 'stream' in page ? page.stream : []) break;

    expect(streams.idleCount).toBe(streams.totalCount);
  });
});
