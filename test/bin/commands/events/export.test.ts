import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { appCommand } from '../../../../bin/commands/events/app';
import { exportCommand } from '../../../../bin/commands/events/export';
import { importCommand } from '../../../../bin/commands/events/import';
import { exportEvents } from '../../../../service/events/transfer/export-events';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { CommandLine } from '../command-line';

let database: TestDatabase;
let commandLine: CommandLine;
let folder: string;
let output: string;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  commandLine = new CommandLine(database, () => [appCommand(), importCommand(), exportCommand()]);
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  output = join(folder, 'out');
  await commandLine.run('app', 'new', 'MyShop');
});

afterEach(async () => {
  await database.drop();
  commandLine.remove();
  rmSync(folder, { recursive: true });
});

const lines = [
  '{"eventId":"late","event":"buy","entityType":"user","entityId":"u1","targetEntityType":"item","targetEntityId":"i1","properties":{"n":12345678901234567890.10,"__proto__":"\\u0000"},"eventTime":"2004-12-13T21:39:45.618-07:00","prId":"p1"}',
  '{"eventId":"z","event":"view","entityType":"user","entityId":"ü\\n","properties":{},"eventTime":"2004-12-13T00:00:00.000Z"}',
  '{"eventId":"a","event":"view","entityType":"user","entityId":"u2","properties":{},"eventTime":"2004-12-13T00:00:00.000Z"}',
];
/** In order of time, equal times in order of arrival. */
const inOrder = [lines[1], lines[2], lines[0]];

async function importLines(texts: readonly string[], ...options: string[]): Promise<void> {
  const file = join(folder, 'in.json');
  writeFileSync(file, texts.join('\n'));
  expect((await commandLine.run('import', '--appid', '1', '--input', file, ...options)).exitCode).toBe(0);
}

const exportTo = (...words: string[]) => commandLine.run('export', '--appid', '1', ...words);
const withoutCreation = (text: string) => text.replaceAll(/,"creationTime":"[^"]*"/g, '');

test('`export` writes the events in order of time, as the event API shows them', async () => {
  await importLines(lines);

  expect(await exportTo('--output', `${output}/`)).toEqual({
    stdout: `[INFO] [Pio$] 3 event(s) written.\n[INFO] [Pio$] Events are exported to ${output}/.\n[INFO] [Pio$] Done.\n`,
    stderr: '',
    exitCode: 0,
  });
  expect(readdirSync(output)).toEqual(['part-00000.json']);
  const text = readFileSync(join(output, 'part-00000.json'), 'utf8');
  expect(withoutCreation(text).trimEnd().split('\n')).toEqual(inOrder);
  expect(text.match(/"creationTime":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}\n/g)).toHaveLength(3);
});

test('an export that is imported into another place changes nothing', async () => {
  await importLines(lines);
  await exportTo('--output', output);
  await commandLine.run('app', 'channel-new', 'MyShop', 'copy');

  await commandLine.run('import', '--appid', '1', '--channel', 'copy', '--input', output);
  await exportTo('--channel', 'copy', '--output', join(folder, 'again'));

  const [first, second] = [output, join(folder, 'again')].map((path) =>
    withoutCreation(readFileSync(join(path, 'part-00000.json'), 'utf8')),
  );
  expect(second).toBe(first);
});

test('an app without events is exported as an empty file, which can be imported', async () => {
  await exportTo('--output', output);
  expect(readFileSync(join(output, 'part-00000.json'), 'utf8')).toBe('');
  const { exitCode } = await commandLine.run('import', '--appid', '1', '--input', output);
  expect(exitCode).toBe(0);
});

test('--format parquet writes the same fields as columns', async () => {
  await importLines(lines);
  await exportTo('--format', 'parquet', '--output', output);

  const bytes = readFileSync(join(output, 'part-00000.parquet'));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file });
  expect(rows.map(({ creationTime, ...row }) => row)).toEqual([
    parquetRow({ eventId: 'z', event: 'view', entityId: 'ü\n' }),
    parquetRow({ eventId: 'a', event: 'view', entityId: 'u2' }),
    parquetRow({
      eventId: 'late',
      event: 'buy',
      entityId: 'u1',
      targetEntityType: 'item',
      targetEntityId: 'i1',
      properties: '{"n":12345678901234567890.10,"__proto__":"\\u0000"}',
      eventTime: new Date('2004-12-14T04:39:45.618Z'),
      eventTimeOffsetMinutes: -420,
      prId: 'p1',
    }),
  ]);
  expect(rows.every(({ creationTime }) => creationTime instanceof Date)).toBe(true);
});

const parquetRow = (fields: object) => ({
  entityType: 'user',
  targetEntityType: null,
  targetEntityId: null,
  properties: '{}',
  eventTime: new Date('2004-12-13T00:00:00.000Z'),
  eventTimeOffsetMinutes: 0,
  prId: null,
  ...fields,
});

test('Parquet files of many row groups hold every event once', async () => {
  const count = 45_000;
  await importLines(Array.from({ length: count }, (_, n) => `{"event":"view","entityType":"user","entityId":"u${n}"}`));
  await exportTo('--format', 'parquet', '--output', output);

  const bytes = readFileSync(join(output, 'part-00000.parquet'));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = await parquetReadObjects({ file, columns: ['entityId'] });
  expect(new Set(rows.map(({ entityId }) => entityId)).size).toBe(count);
  expect(rows).toHaveLength(count);
});

test('a Parquet file is no input of an import, and the error says so', async () => {
  await importLines(lines);
  await exportTo('--format', 'parquet', '--output', output);
  const { stderr, exitCode } = await commandLine.run('import', '--appid', '1', '--input', output);
  expect(stderr).toContain('is a Parquet file; import takes what export writes with --format json');
  expect(exitCode).toBe(1);
});

test('a folder that is there already is left alone', async () => {
  mkdirSync(output);
  expect(await exportTo('--output', output)).toEqual({
    stdout: '',
    stderr: `[ERROR] [Pio$] ${output}: is there already; remove it, or pass another folder\n`,
    exitCode: 1,
  });
  expect(readdirSync(output)).toEqual([]);
});

test('a folder that cannot be made is an error', async () => {
  const { stderr, exitCode } = await exportTo('--output', '/proc/events');
  expect(stderr).toMatch(/^\[ERROR\] \[Pio\$\] \/proc\/events: the folder cannot be made: ENOENT.*\n$/);
  expect(exitCode).toBe(1);
});

test('an export that is interrupted leaves nothing', async () => {
  await importLines(
    Array.from({ length: 12_000 }, (_, n) => `{"event":"view","entityType":"user","entityId":"u${n}"}`),
  );
  const controller = new AbortController();
  const place = { app: 1, channel: 0 };

  const exported = exportEvents({
    pool: database.pool,
    place,
    output,
    format: 'json',
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('stopped by SIGINT')),
  });

  await expect(exported).rejects.toThrow('stopped by SIGINT');
  expect(readdirSync(folder)).toEqual(['in.json']);
  expect(existsSync(output)).toBe(false);
});

test('an unknown format is an error', async () => {
  const { stderr, exitCode } = await exportTo('--output', output, '--format', 'xml');
  expect(stderr).toContain("[ERROR] [Pio$] error: option '--format <format>' argument 'xml' is invalid.");
  expect(stderr).toMatch(/\n\[ERROR\] \[Pio\$\] \(add --help for usage and an example\)\n$/);
  expect(exitCode).toBe(1);
});
