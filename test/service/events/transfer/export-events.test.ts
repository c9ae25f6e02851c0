import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { readEventLines } from '../../../../service/events/transfer/event-lines';
import { exportEvents } from '../../../../service/events/transfer/export-events';
import { importEvents } from '../../../../service/events/transfer/import-events';
import { createTestApp, type TestApp } from '../../../support/event-service';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';

/** More than two parts hold, and no multiple of a part. */
const count = 12_345;
const eventsPerPart = 5_000;

let database: TestDatabase;
let app: TestApp;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  app = await createTestApp(database);
  // Of every kind, many at one time, and not in the order of time.
  await database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id,
       properties, event_time, event_offset_minutes, pr_id, created_at)
     select $1, md5(n::text), 'e' || n % 3, 'user', 'ü\\n' || n, target, target, ('{"n":' || n || '.10,"__proto__":"\\u0000"}')::json,
       '2024-01-01'::timestamptz + n * 7919 % 500 * interval '1 millisecond', n % 3 * 60 - 60, pr, now() + n * interval '1 microsecond'
     from generate_series(1, $2) n
     left join lateral (select 'item' as target where n % 2 = 0) t on true
     left join lateral (select 'p' || n as pr where n % 5 = 0) p on true`,
    [app.id, count],
  );
  await database.pool.query(`update events set created_at = date_trunc('milliseconds', created_at)`);
});
afterAll(() => database.drop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-events-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function exportTo(name: string, format: 'json' | 'parquet', channel = 0): Promise<string> {
  const output = join(folder, name);
  const place = { app: app.id, channel };
  expect(await exportEvents({ pool: database.pool, place, output, format, eventsPerPart })).toBe(count);
  return output;
}

/** The lines of all files, in order of their names. */
const linesOf = (output: string): readonly string[] =>
  readdirSync(output)
    .sort()
    .flatMap((part) => readFileSync(join(output, part), 'utf8').trimEnd().split('\n'));

const importFrom = (output: string, channel = 0, purge = false) =>
  importEvents({
    pool: database.pool,
    place: { app: app.id, channel },
    lines: readEventLines(output),
    skipErrors: false,
    purge,
  });

/** What a client has a say in. */
const fields = `app, channel, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id, properties,
  event_time, event_offset_minutes, pr_id`;

/** A digest of some columns of all events. */
async function stored(columns: string): Promise<string> {
  const { rows } = await database.pool.query<{ digest: string }>(
    `select md5(string_agg(row_to_json(e)::text, '' order by app, channel, event_id)) as digest
     from (select ${columns} from events) e`,
  );
  return rows[0]?.digest as string;
}

describe('an export of several parts', () => {
  test('holds every event once, in order of time over all parts', async () => {
    const output = await exportTo('out', 'json');

    expect(readdirSync(output).sort()).toEqual(['part-00000.json', 'part-00001.json', 'part-00002.json']);
    const events = linesOf(output).map((line) => JSON.parse(line) as { eventId: string; eventTime: string });
    const times = events.map(({ eventTime }) => Date.parse(eventTime));
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(count);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('changes nothing when it is imported where it came from', async () => {
    const before = await stored(`${fields}, created_at, seq`);

    const imported = await importFrom(await exportTo('out', 'json'));

    expect(imported).toEqual({ stored: 0, repeated: count, skipped: 0, deleted: 0 });
    expect(await stored(`${fields}, created_at, seq`)).toBe(before);
  });

  test('replaces all by itself in a purge', async () => {
    const before = await stored(fields);

    const imported = await importFrom(await exportTo('out', 'json'), 0, true);

    expect(imported).toEqual({ stored: count, repeated: 0, skipped: 0, deleted: count });
    expect(await stored(fields)).toBe(before);
  });

  test('is the same export again when it is imported elsewhere', async () => {
    const first = linesOf(await exportTo('first', 'json'));

    expect(await importFrom(join(folder, 'first'), app.channel.id)).toMatchObject({ stored: count, repeated: 0 });

    const second = linesOf(await exportTo('second', 'json', app.channel.id));
    const withoutCreation = (line: string) => line.replace(/,"creationTime":"[^"]*"\}$/, '}');
    expect(second.map(withoutCreation)).toEqual(first.map(withoutCreation));
    await database.pool.query('delete from events where channel = $1', [app.channel.id]);
  });

  test('holds the same in Parquet', async () => {
    const [json, parquet] = [await exportTo('json', 'json'), await exportTo('parquet', 'parquet')];

    const parts = readdirSync(parquet).sort();
    expect(parts).toEqual(['part-00000.parquet', 'part-00001.parquet', 'part-00002.parquet']);
    const rows = (await Promise.all(parts.map((part) => parquetRows(join(parquet, part))))).flat();
    const lines = linesOf(json).map((line) => JSON.parse(line) as Record<string, string>);
    expect(rows.map(({ eventId }) => eventId)).toEqual(lines.map(({ eventId }) => eventId));
    expect(rows.map(({ targetEntityId }) => targetEntityId ?? undefined)).toEqual(
      lines.map(({ targetEntityId }) => targetEntityId),
    );
    expect(rows.map(({ eventTime }) => (eventTime as Date).getTime())).toEqual(
      lines.map(({ eventTime }) => Date.parse(eventTime as string)),
    );
    expect(rows.map(({ properties }) => JSON.parse(properties as string))).toEqual(
      lines.map(({ properties }) => properties),
    );
  });
});

describe('an export of large events', () => {
  const large = 240;
  const kilobytes = 256;

  beforeAll(() =>
    database.pool.query(
      `insert into events (app, channel, event_id, event, entity_type, entity_id, properties, event_time,
         event_offset_minutes, created_at)
       select $1, $2, 'large-' || n, 'e', 'user', 'u', json_build_object('text', repeat(n % 10 || '', $3)), now(), 0, now()
       from generate_series(1, $4) n`,
      [app.id, app.channel.id, kilobytes * 1024, large],
    ),
  );
  afterAll(() => database.pool.query('delete from events where channel = $1', [app.channel.id]));

  test.each(['json', 'parquet'] as const)('has few of them in memory, and writes all (%s)', async (format) => {
    const output = join(folder, 'out');
    const place = { app: app.id, channel: app.channel.id };
    const progress: number[] = [];

    await exportEvents({ pool: database.pool, place, output, format, onProgress: (events) => progress.push(events) });

    // The first hundred come before it is known how large they are.
    const steps = progress.map((events, i) => events - (progress[i - 1] ?? 100));
    expect(Math.max(...steps) * kilobytes).toBeLessThanOrEqual(4 * 1024);
    const [part] = readdirSync(output).map((name) => join(output, name));
    const written =
      format === 'json' ? linesOf(output).map((line) => JSON.parse(line)) : await parquetRows(part as string);
    expect(new Set(written.map(({ eventId }) => eventId)).size).toBe(large);
  });
});

function parquetRows(path: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(path);
  return parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) });
}
