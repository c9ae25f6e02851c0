import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appCommand } from '../../../../bin/commands/events/app';
import { importCommand } from '../../../../bin/commands/events/import';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { CommandLine, type Ended } from '../command-line';

let database: TestDatabase;
let commandLine: CommandLine;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  commandLine = new CommandLine(database, () => [appCommand(), importCommand()]);
  folder = mkdtempSync(join(tmpdir(), 'import-'));
  await commandLine.run('app', 'new', 'MyShop');
});

afterEach(async () => {
  await database.drop();
  commandLine.remove();
  rmSync(folder, { recursive: true });
});

const event = (fields: object = {}) => JSON.stringify({ event: 'view', entityType: 'user', entityId: 'u1', ...fields });
const time = '2004-12-13T21:39:45.618-07:00';

/** Imports lines of text. */
async function importLines(lines: readonly string[], ...options: string[]): Promise<Ended> {
  const file = join(folder, 'events.json');
  writeFileSync(file, lines.join('\n'));
  return commandLine.run('import', '--appid', '1', '--input', file, ...options);
}

const done = (counts: string): Ended => ({
  stdout: `[INFO] [Pio$] ${counts}\n[INFO] [Pio$] Events are imported.\n[INFO] [Pio$] Done.\n`,
  stderr: '',
  exitCode: 0,
});
const counts = (stored: number, repeated = 0, skipped = 0, deleted = 0) =>
  `${stored} event(s) stored, ${repeated} there already, ${skipped} line(s) skipped, ${deleted} deleted.`;

/** Id and properties of all events, by id. */
async function events(): Promise<readonly string[]> {
  const { rows } = await database.pool.query(
    `select event_id || ' ' || (properties::text) as event from events order by event_id`,
  );
  return rows.map((row) => row.event);
}

test('every field is stored as it was written', async () => {
  const properties = '{"n":12345678901234567890.10,"s":"\\\\\\t\\u0000\\ud800","__proto__":null}';
  const line = `{"eventId":"a","event":"a\\\\b\\tc\\nd\\re","entityType":"t","entityId":"i","targetEntityType":"x",
    "targetEntityId":"\\\\N","properties":${properties},"eventTime":"${time}","prId":"p","tags":1}`;

  expect(await importLines([line.replace(/\n\s*/, '')])).toEqual(done(counts(1)));

  const { rows } = await database.pool.query(
    `select app, channel, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id,
       properties::text, event_time, event_offset_minutes, pr_id, now() - created_at < '1 hour' as is_new from events`,
  );
  expect(rows).toEqual([
    {
      app: 1,
      channel: 0,
      event_id: 'a',
      event: 'a\\b\tc\nd\re',
      entity_type: 't',
      entity_id: 'i',
      target_entity_type: 'x',
      target_entity_id: '\\N',
      properties,
      event_time: new Date(time),
      event_offset_minutes: -420,
      pr_id: 'p',
      is_new: true,
    },
  ]);
});

test.each([
  ['0000-01-01T00:00:00Z', '0001-01-01 00:00:00+00 BC'],
  ['0001-01-01T00:00:00+23:59', '0001-12-31 00:01:00+00 BC'],
  ['0099-06-15T12:00:00Z', '0099-06-15 12:00:00+00'],
  ['9999-12-31T23:59:59.999-23:59', '10000-01-01 23:58:59.999+00'],
])('the time %s is stored exactly', async (eventTime, stored) => {
  await importLines([event({ eventTime })]);
  const client = await database.pool.connect();
  await client.query(`set timezone to 'UTC'`);
  expect((await client.query('select event_time::text as time from events')).rows).toEqual([{ time: stored }]);
  client.release();
});

test('blank lines and the ends of lines of other systems are no fault', async () => {
  expect(await importLines(['', `${event()}\r`, '  \t', event(), ''])).toEqual(done(counts(2)));
});

test('events without ids get ids and arrive in the order of the lines, mixed with others that have ids', async () => {
  const ids = [undefined, 'z', undefined, 'a', undefined];
  await importLines(ids.map((eventId, n) => event({ eventId, entityId: `u${n}` })));

  const { rows } = await database.pool.query('select event_id, entity_id from events order by seq');
  expect(rows.map((row) => row.entity_id)).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
  expect([rows[1].event_id, rows[3].event_id]).toEqual(['z', 'a']);
  expect(rows[0].event_id).toMatch(/^[0-9a-f]{32}$/);
});

test('more events than one batch holds are stored in their order', async () => {
  const many = Array.from({ length: 30_000 }, (_, n) => event({ properties: { n, text: 'x'.repeat(200) } }));
  expect((await importLines(many)).stdout).toBe(done(counts(30_000)).stdout);

  const { rows } = await database.pool.query(
    `select count(*)::integer as wrong from
       (select (properties->>'n')::bigint - row_number() over (order by seq) as gap from events) x where gap <> -1`,
  );
  expect(rows).toEqual([{ wrong: 0 }]);
});

test('the parts of a folder are read by name', async () => {
  const parts = join(folder, 'parts');
  mkdirSync(parts);
  writeFileSync(join(parts, 'part-00001'), event({ entityId: 'second' }));
  writeFileSync(join(parts, 'part-00000'), `${event({ entityId: 'first' })}\n`);
  writeFileSync(join(parts, '_SUCCESS'), 'no event');

  expect(await commandLine.run('import', '--appid', '1', '--input', parts)).toEqual(done(counts(2)));
  const { rows } = await database.pool.query('select entity_id from events order by seq');
  expect(rows).toEqual([{ entity_id: 'first' }, { entity_id: 'second' }]);
});

test('a channel is told by its name', async () => {
  await commandLine.run('app', 'channel-new', 'MyShop', 'mobile');
  await importLines([event()], '--channel', 'mobile');
  expect((await database.pool.query('select channel from events')).rows).toEqual([{ channel: 1 }]);
});

test.each<[string, string]>([
  ["line 3: is not valid JSON: expected ':', found '}' at column 9", '{"event"}'],
  ['line 3: The event must be a JSON object.', '[]'],
  ['line 3: The field event is required.', '{}'],
  ['line 3: Fail to extract eventTime today', event({ eventTime: 'today' })],
])('%s: a bad line ends the import, and nothing is kept', async (message, line) => {
  expect(await importLines([event({ eventId: 'a' }), '', line, event()])).toEqual({
    stdout: '',
    stderr: `[ERROR] [Pio$] ${message}\n`,
    exitCode: 1,
  });
  expect(await events()).toEqual([]);
});

test('a bad line of a folder is told with its file', async () => {
  writeFileSync(join(folder, 'part-7'), `${event()}\nnonsense`);
  const { stderr } = await commandLine.run('import', '--appid', '1', '--input', folder);
  expect(stderr).toMatch(/^\[ERROR\] \[Pio\$\] line 2 of part-7: is not valid JSON: /);
});

test('a part may have any name', async () => {
  const name = 'part-a\t\\N';
  writeFileSync(join(folder, name), `${event({ eventId: 'a' })}\n${event({ eventId: 'a', prId: 'p' })}`);

  const { stderr } = await commandLine.run('import', '--appid', '1', '--input', folder);

  expect(stderr).toBe(
    `[ERROR] [Pio$] line 2 of ${name}: An event with this eventId and other content already exists.\n`,
  );
});

test('--skip-errors reports bad lines and stores the others', async () => {
  const lines = ['nonsense', event({ eventId: 'a' }), '{}', event({ eventId: 'b' })];
  const { stdout, stderr, exitCode } = await importLines(lines, '--skip-errors');

  expect(stderr).toBe(
    "[WARN] [Pio$] line 1: is not valid JSON: expected a value, found 'n' at column 1\n" +
      '[WARN] [Pio$] line 3: The field event is required.\n',
  );
  expect({ stdout, stderr: '', exitCode }).toEqual(done(counts(2, 0, 2)));
  expect(await events()).toEqual(['a {}', 'b {}']);
});

test('--skip-errors fails if no line is good', async () => {
  const { stderr, exitCode } = await importLines(['x', '{}'], '--skip-errors');
  expect(stderr).toMatch(/\[ERROR\] \[Pio\$\] no line is good; nothing was stored\n$/);
  expect(exitCode).toBe(1);
});

test('events that are there already are not stored again', async () => {
  const lines = [event({ eventId: 'a', properties: { n: 1 }, eventTime: time }), event({ eventId: 'b' })];
  await importLines(lines);
  const again = [event({ eventId: 'a', properties: { n: 1 }, eventTime: '2004-12-14T04:39:45.618Z' }), lines[1] ?? ''];

  expect(
    await importLines([...again.map((line) => line.replace('"n":1', '"n":1.0')), event({ eventId: 'c' })]),
  ).toEqual(done(counts(1, 2)));
  expect(await events()).toEqual(['a {"n":1}', 'b {}', 'c {}']);
});

test.each<[string, object]>([
  ['another name', { event: 'buy' }],
  ['another entity', { entityId: 'u2' }],
  ['a target', { targetEntityType: 'item', targetEntityId: 'i1' }],
  ['other properties', { properties: { n: 2 } }],
  ['another time', { eventTime: '2004-12-13T21:39:45.619-07:00' }],
  ['a prId', { prId: 'p' }],
])('an id that is taken by an event with %s is an error, and the first stays', async (_, change) => {
  const first = { eventId: 'a', properties: { n: 1 }, eventTime: time };
  await importLines([event(first)]);

  const { stderr, exitCode } = await importLines([event({ eventId: 'b' }), event({ ...first, ...change })]);

  expect(stderr).toBe('[ERROR] [Pio$] line 2: An event with this eventId and other content already exists.\n');
  expect(exitCode).toBe(1);
  expect(await events()).toEqual(['a {"n":1}']);
});

test('of equal ids in the input the first counts, and others are errors', async () => {
  const lines = [1, 1, 2].map((n) => event({ eventId: 'a', properties: { n } }));
  const { stdout, stderr } = await importLines(lines, '--skip-errors');

  expect(stderr).toBe('[WARN] [Pio$] line 3: An event with this eventId and other content already exists.\n');
  expect(stdout).toContain(counts(1, 1, 1));
  expect(await events()).toEqual(['a {"n":1}']);
});

test('--purge replaces the events of the channel, and touches no others', async () => {
  await commandLine.run('app', 'new', 'Other');
  await commandLine.run('app', 'channel-new', 'MyShop', 'mobile');
  const file = join(folder, 'old.json');
  writeFileSync(file, [event({ eventId: 'a' }), event({ eventId: 'b' }), event({ eventId: 'c' })].join('\n'));
  await commandLine.run('import', '--appid', '1', '--input', file);
  await commandLine.run('import', '--appid', '1', '--channel', 'mobile', '--input', file);
  await commandLine.run('import', '--appid', '2', '--input', file);

  const lines = [event({ eventId: 'd' }), event({ eventId: 'b', properties: { is: 'new' } })];
  expect(await importLines(lines, '--purge')).toEqual(done(counts(2, 0, 0, 3)));

  const { rows } = await database.pool.query(
    `select app, channel, string_agg(event_id || ' ' || (properties::text), ', ' order by event_id) as events from events
     group by app, channel order by app, channel`,
  );
  expect(rows).toEqual([
    { app: 1, channel: 0, events: 'b {"is":"new"}, d {}' },
    { app: 1, channel: 1, events: 'a {}, b {}, c {}' },
    { app: 2, channel: 0, events: 'a {}, b {}, c {}' },
  ]);
});

test.each<[string, readonly string[], string[]]>([
  ['a bad line', [event(), 'x'], ['--purge']],
  ['no good line', ['x'], ['--purge', '--skip-errors']],
  ['no line at all', [''], ['--purge']],
])('--purge deletes nothing if there is %s', async (_, lines, options) => {
  await importLines([event({ eventId: 'a' })]);
  await importLines(lines, ...options);
  expect(await events()).toEqual(['a {}']);
});

test.each<[string, string[]]>([
  ['App ID 9 does not exist. Aborting.', ['--appid', '9', '--input', 'x']],
  ["Channel X doesn't exist.", ['--appid', '1', '--input', 'x', '--channel', 'X']],
  ["--appid: 'one' is not a whole number from 1 to 2147483647", ['--appid', 'one', '--input', 'x']],
  ['no-such-file: there is no such file or folder', ['--appid', '1', '--input', 'no-such-file']],
])('%s', async (message, words) => {
  expect(await commandLine.run('import', ...words)).toEqual({
    stdout: '',
    stderr: `[ERROR] [Pio$] ${message}\n`,
    exitCode: 1,
  });
});
