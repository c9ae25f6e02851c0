import { Readable } from 'node:stream';
import { accessKeyCommand } from '../../../../bin/commands/events/accesskey';
import { appCommand } from '../../../../bin/commands/events/app';
import { accessKeyHash } from '../../../../service/events/apps/access-key';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { CommandLine, type Ended } from '../command-line';

let database: TestDatabase;
let commandLine: CommandLine;
let answer = '';

beforeEach(async () => {
  database = await createTestDatabase({ migrated: false });
  answer = '';
  commandLine = new CommandLine(database, () => [appCommand({ stdin: Readable.from([answer]) }), accessKeyCommand()]);
});

afterEach(async () => {
  await database.drop();
  commandLine.remove();
});

const pio = (...words: string[]) => commandLine.run(...words);
const info = (...lines: string[]) => lines.map((line) => `[INFO] [Pio$] ${line}\n`).join('');
const error = (...lines: string[]) => lines.map((line) => `[ERROR] [Pio$] ${line}\n`).join('');
const done = (stdout: string): Ended => ({ stdout, stderr: '', exitCode: 0 });
const failed = (stderr: string): Ended => ({ stdout: '', stderr, exitCode: 1 });

async function storeEvent(app: number, channel: number, id: string): Promise<void> {
  await database.pool.query(
    `insert into events
       (app, channel, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     values ($1, $2, $3, 'view', 'user', 'u1', '{}', now(), 0, now())`,
    [app, channel, id],
  );
}

const eventIds = async () =>
  (await database.pool.query('select event_id from events order by event_id')).rows.map((row) => row.event_id);

test('`app new` makes an app and shows its key', async () => {
  const { stdout, exitCode } = await pio('app', 'new', 'MyShop');

  const key = /Access Key: (\S+)/.exec(stdout)?.[1] ?? '';
  expect(stdout).toBe(
    info(
      'Initialized Event Store for this app ID: 1.',
      'Created a new app:',
      '      Name: MyShop',
      '        ID: 1',
      `Access Key: ${key}`,
    ),
  );
  expect([key.length, exitCode]).toEqual([64, 0]);
});

test('`app new` takes id, description and key', async () => {
  const { stdout } = await pio('app', 'new', '--id', '7', '--description', 'The shop', '--access-key', 'k.1', 'MyShop');

  expect(stdout).toContain(info('        ID: 7', 'Access Key: k.1'));
  expect(await pio('app', 'show', 'MyShop')).toEqual(
    done(info('    App Name: MyShop', '      App ID: 7', ' Description: The shop', '  Access Key: **** | (all)')),
  );
});

test('ids go on behind one that was chosen', async () => {
  for (const id of ['1', '2']) await pio('app', 'new', `chosen${id}`, '--id', id);
  expect((await pio('app', 'new', 'next')).stdout).toContain('        ID: 3');
});

test('the key of a new app is stored as its hash alone', async () => {
  await pio('app', 'new', 'MyShop', '--access-key', 'abcdefghijklmnopqrst');

  const { rows } = await database.pool.query('select hash, mask from access_keys');
  expect(rows).toEqual([{ hash: accessKeyHash('abcdefghijklmnopqrst'), mask: 'abcd****' }]);
});

test.each<[string, readonly string[], string]>([
  ['its name is taken', ['new', 'MyShop'], 'App MyShop already exists. Aborting.'],
  ['its id is taken', ['new', '--id', '1', 'Other'], "App ID 1 already exists and maps to the app 'MyShop'. Aborting."],
  ['its key is taken', ['new', 'Other', '--access-key', 'k1'], 'The access key **** already exists. Aborting.'],
  [
    'its key is not valid',
    ['new', 'Other', '--access-key', 'a/b'],
    'An access key must be 1 to 64 of A-Z a-z 0-9 _ . ~ - and must not start with -.',
  ],
  ['its id is no number', ['new', 'Other', '--id', '0'], "--id: '0' is not a whole number from 1 to 2147483647"],
  ['its name is empty', ['new', ''], 'The name of an app must be 1 to 255 bytes without control characters.'],
])('a new app is refused if %s, and nothing is left of it', async (_, words, message) => {
  await pio('app', 'new', 'MyShop', '--access-key', 'k1');

  expect(await pio('app', ...words)).toEqual(failed(error(message)));
  expect((await pio('app', 'list')).stdout).toContain('Finished listing 1 app(s).');
});

test('`app list` shows a line per key, apps by name', async () => {
  await pio('app', 'new', 'b', '--access-key', '0123456789abcdef');
  await pio('app', 'new', 'a', '--access-key', 'short');
  await pio('accesskey', 'new', 'a', 'view', 'buy', '--key', 'limited');

  const row = (name: string, id: string, key: string, events: string) =>
    `${name.padStart(20)} | ${id.padStart(4)} | ${key.padStart(64)} | ${events}`;
  expect(await pio('app', 'list')).toEqual(
    done(
      info(
        row('Name', 'ID', 'Access Key', 'Allowed Event(s)'),
        row('a', '2', '****', '(all)'),
        row('a', '2', '****', 'buy,view'),
        row('b', '1', '0123****', '(all)'),
        'Finished listing 2 app(s).',
      ),
    ),
  );
});

test('`app show` lists keys and channels', async () => {
  await pio('app', 'new', 'MyShop', '--access-key', '0123456789abcdef');
  await pio('accesskey', 'new', 'MyShop', 'buy', '--key', 'limited');
  await pio('app', 'channel-new', 'MyShop', 'mobile');

  expect(await pio('app', 'show', 'MyShop')).toEqual(
    done(
      info(
        '    App Name: MyShop',
        '      App ID: 1',
        ' Description: ',
        '  Access Key: 0123**** | (all)',
        '              **** | buy',
        '    Channels:     Channel Name | Channel ID ',
        '                        mobile |          1',
      ),
    ),
  );
});

test.each([
  ['show', 'X'],
  ['delete', 'X'],
  ['data-delete', 'X'],
  ['channel-new', 'X', 'c'],
  ['channel-delete', 'X', 'c'],
])('`app %s` needs an app that exists', async (...words) => {
  expect(await pio('app', ...words)).toEqual(failed(error('App X does not exist. Aborting.')));
});

test('`app delete` asks, and deletes the app with all that belongs to it', async () => {
  await pio('app', 'new', 'MyShop', '--access-key', 'k1');
  await pio('app', 'new', 'Other');
  await pio('app', 'channel-new', 'MyShop', 'mobile');
  await storeEvent(1, 0, 'a');
  await storeEvent(1, 1, 'b');
  await storeEvent(2, 0, 'c');
  answer = 'YES\n';

  const { stdout, exitCode } = await pio('app', 'delete', 'MyShop');

  expect(stdout).toBe(
    info('The app MyShop (ID 1) will be deleted with all its channels, keys and events.') +
      `Enter 'YES' to proceed: ${info('Removed Event Store for this app ID: 1', 'Deleted app MyShop.', 'Done.')}`,
  );
  expect(exitCode).toBe(0);
  expect(await eventIds()).toEqual(['c']);
  expect((await pio('accesskey', 'list')).stdout).toContain('Finished listing 1 access key(s).');
});

test.each(['', 'yes\n', 'NO\n'])(
  'the answer %j is no YES, nothing is deleted, and that is no failure',
  async (typed) => {
    await pio('app', 'new', 'MyShop');
    answer = typed;

    const { stdout, exitCode } = await pio('app', 'delete', 'MyShop');

    expect(stdout).toContain("Enter 'YES' to proceed: [INFO] [Pio$] Aborted.\n");
    expect(exitCode).toBe(0);
    expect((await pio('app', 'show', 'MyShop')).exitCode).toBe(0);
  },
);

test.each(['-f', '--force'])('%s does not ask', async (option) => {
  await pio('app', 'new', 'MyShop');
  expect(await pio('app', 'delete', 'MyShop', option)).toEqual(
    done(info('Removed Event Store for this app ID: 1', 'Deleted app MyShop.', 'Done.')),
  );
});

test.each<[string, string[], string[]]>([
  ['the default channel', [], ['b']],
  ['a channel', ['--channel', 'mobile'], ['a']],
  ['all channels', ['--all'], []],
])('`app data-delete` deletes the events of %s', async (_, options, left) => {
  await pio('app', 'new', 'MyShop');
  await pio('app', 'channel-new', 'MyShop', 'mobile');
  await storeEvent(1, 0, 'a');
  await storeEvent(1, 1, 'b');

  expect(await pio('app', 'data-delete', 'MyShop', '-f', ...options)).toEqual(
    done(info('Removed Event Store for the app ID: 1', 'Initialized Event Store for the app ID: 1', 'Done.')),
  );
  expect(await eventIds()).toEqual(left);
});

test('`app data-delete` needs a channel that exists', async () => {
  await pio('app', 'new', 'MyShop');
  expect(await pio('app', 'data-delete', 'MyShop', '-f', '--channel', 'X')).toEqual(
    failed(error("Channel X doesn't exist.")),
  );
});

test('`app channel-new` makes a channel', async () => {
  await pio('app', 'new', 'MyShop');
  expect(await pio('app', 'channel-new', 'MyShop', 'mobile-1')).toEqual(
    done(info('Created new channel:', '    Channel Name: mobile-1', '      Channel ID: 1', '          App ID: 1')),
  );
});

test('a channel has its name alone in its app', async () => {
  for (const app of ['a', 'b']) await pio('app', 'new', app);
  await pio('app', 'channel-new', 'a', 'mobile');

  expect(await pio('app', 'channel-new', 'a', 'mobile')).toEqual(failed(error('Channel mobile already exists.')));
  expect((await pio('app', 'channel-new', 'b', 'mobile')).exitCode).toBe(0);
});

test.each(['', 'a b', 'a_b', 'ä', 'x'.repeat(17)])('%j is no name of a channel', async (name) => {
  await pio('app', 'new', 'MyShop');
  expect(await pio('app', 'channel-new', 'MyShop', name)).toEqual(
    failed(
      error(
        `The channel name ${name} is invalid.`,
        'Only alphanumeric and - characters are allowed and max length is 16.',
      ),
    ),
  );
});

test('`app channel-delete` asks, and deletes a channel with its events', async () => {
  await pio('app', 'new', 'MyShop');
  await pio('app', 'channel-new', 'MyShop', 'mobile');
  await storeEvent(1, 0, 'a');
  await storeEvent(1, 1, 'b');
  answer = 'YES\n';

  expect((await pio('app', 'channel-delete', 'MyShop', 'mobile')).stdout).toContain(info('Deleted channel: mobile.'));
  expect(await eventIds()).toEqual(['a']);
  expect(await pio('app', 'channel-delete', 'MyShop', 'mobile', '-f')).toEqual(
    failed(error("Channel mobile doesn't exist.")),
  );
});

test('blanks round the name of an option do not count', async () => {
  const { stdout } = await pio('app', 'new', 'MyShop', '--access-key ', 'k1', ' --id', '3');
  expect(stdout).toContain(info('        ID: 3', 'Access Key: k1'));
});

test.each([
  ['no verb', ['app']],
  ['an unknown verb', ['app', 'make']],
  ['no name', ['app', 'new']],
  ['an unknown option', ['app', 'list', '--quickly']],
])('a command line with %s fails with 1', async (_, words) => {
  expect((await pio(...words)).exitCode).toBe(1);
});
