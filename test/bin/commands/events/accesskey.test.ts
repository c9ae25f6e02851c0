import { accessKeyCommand } from '../../../../bin/commands/events/accesskey';
import { appCommand } from '../../../../bin/commands/events/app';
import { statusCommand } from '../../../../bin/commands/events/status';
import { accessKeyDigest } from '../../../../service/events/apps/access-key';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { CommandLine } from '../command-line';

let database: TestDatabase;
let commandLine: CommandLine;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  commandLine = new CommandLine(database, () => [appCommand(), accessKeyCommand(), statusCommand()]);
  await pio('app', 'new', 'MyShop', '--access-key', '0123456789abcdef');
});

afterEach(async () => {
  await database.drop();
  commandLine.remove();
});

const pio = (...words: string[]) => commandLine.run(...words);
const info = (...lines: string[]) => lines.map((line) => `[INFO] [Pio$] ${line}\n`).join('');
const row = (key: string, app: string, events: string, id: string) =>
  `${key.padStart(64)} | ${app.padStart(6)} | ${events} | ${id}`;
const header = row('Access Key(s)', 'App ID', 'Allowed Event(s)', 'Key ID');

test('`accesskey new` shows the key it makes', async () => {
  const { stdout } = await pio('accesskey', 'new', 'MyShop');
  expect(stdout).toMatch(/^\[INFO\] \[Pio\$\] Created new access key: [A-Za-z0-9_][A-Za-z0-9_-]{63}\n$/);
});

test('`accesskey new` takes the digest of a key, too, by which the key is found', async () => {
  const { stdout } = await pio('accesskey', 'new', '--key', accessKeyDigest('fedcba9876543210'), 'MyShop');

  expect(stdout).toBe(info(`Created new access key: ${accessKeyDigest('fedcba9876543210')}`));
  expect((await pio('accesskey', 'list', 'MyShop')).stdout).toContain(row('fedc****', '1', '(all)', '2'));
  expect((await pio('accesskey', 'delete', 'fedcba9876543210')).stdout).toBe(info('Deleted access key fedc****.'));
});

test('`accesskey new` takes a key and the events that it may write', async () => {
  const { stdout } = await pio('accesskey', 'new', '--key', 'k2', 'MyShop', 'view', 'buy', 'view');

  expect(stdout).toBe(info('Created new access key: k2'));
  expect((await pio('accesskey', 'list', 'MyShop')).stdout).toBe(
    info(
      header,
      row('0123****', '1', '(all)', '1'),
      row('****', '1', 'buy,view', '2'),
      'Finished listing 2 access key(s).',
    ),
  );
});

test.each(['', 'view\nbuy', 'x'.repeat(256)])('`accesskey new` refuses an event named %j', async (name) => {
  expect(await pio('accesskey', 'new', 'MyShop', 'view', name)).toEqual({
    stdout: '',
    stderr: '[ERROR] [Pio$] The name of an event must be 1 to 255 bytes without control characters.\n',
    exitCode: 1,
  });
});

test('`accesskey list` without an app lists the keys of all', async () => {
  await pio('app', 'new', 'Other', '--access-key', 'k2');
  expect((await pio('accesskey', 'list')).stdout).toBe(
    info(
      header,
      row('0123****', '1', '(all)', '1'),
      row('****', '2', '(all)', '2'),
      'Finished listing 2 access key(s).',
    ),
  );
});

test.each<[string, string[]]>([
  ['the key', ['0123456789abcdef']],
  ['its number', ['--id', '1']],
])('`accesskey delete` takes %s', async (_, words) => {
  expect(await pio('accesskey', 'delete', ...words)).toEqual({
    stdout: info('Deleted access key 0123****.'),
    stderr: '',
    exitCode: 0,
  });
  expect((await pio('accesskey', 'list')).stdout).toContain('Finished listing 0 access key(s).');
});

test('an app without a key is listed all the same', async () => {
  await pio('accesskey', 'delete', '--id', '1');
  const { stdout } = await pio('app', 'list');
  expect(stdout).toMatch(/ MyShop \| +1 \| +\(none\) \| \(none\)\n/);
});

test.each<[string, string[], string]>([
  ['an unknown key', ['delete', 'secret-of-mine-alone'], 'The access key secr**** does not exist. Aborting.'],
  ['an unknown number', ['delete', '--id', '9'], 'The access key with the ID 9 does not exist. Aborting.'],
  ['neither key nor number', ['delete'], 'pass either the key or --id'],
  ['both', ['delete', 'k', '--id', '1'], 'pass either the key or --id'],
  ['an unknown app', ['new', 'X'], 'App X does not exist. Aborting.'],
  ['an unknown app to list', ['list', 'X'], 'App X does not exist. Aborting.'],
])('%s is an error', async (_, words, message) => {
  expect(await pio('accesskey', ...words)).toEqual({
    stdout: '',
    stderr: `[ERROR] [Pio$] ${message}\n`,
    exitCode: 1,
  });
});

test('`status` tells of each check, and changes nothing', async () => {
  const { stdout, exitCode } = await pio('status');

  expect(stdout.split('\n').map((line) => line.replace(/\d+(\.\d+)+|test_\w+/g, '…'))).toEqual([
    '[INFO] [Pio$] Version: modelapp …',
    '[INFO] [Pio$] Database: PostgreSQL …, database …',
    '[INFO] [Pio$] Migrations: up to date',
    '[INFO] [Pio$] Test write: an event was stored and taken back',
    '[INFO] [Pio$] Your system is all ready to go.',
    '',
  ]);
  expect(exitCode).toBe(0);
  const { rows } = await database.pool.query('select count(*)::integer as count from events');
  expect(rows).toEqual([{ count: 0 }]);
  expect((await pio('app', 'new', 'Next')).stdout).toContain('        ID: 2');
});

test('`status` fails where nothing can be written', async () => {
  await database.pool.query('alter table events rename to hidden');
  const { stderr, exitCode } = await pio('status');
  expect([stderr, exitCode]).toEqual(['[ERROR] [Pio$] relation "events" does not exist\n', 1]);
});

test('without a database the error says what to do', async () => {
  await commandLine.run('app', 'list');
  const away = new CommandLine({ ...database, url: 'postgres://nobody@127.0.0.1:1/none' }, () => [appCommand()]);
  const { stderr, exitCode } = await away.run('app', 'list');
  away.remove();
  expect(stderr).toMatch(/^\[ERROR\] \[Pio\$\] PostgreSQL at 127\.0\.0\.1:1\/none: nothing listens there/);
  expect(exitCode).toBe(1);
});
