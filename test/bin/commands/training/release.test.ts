import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseCommand } from '../../../../bin/commands/training/release';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { CommandLine } from '../command-line';

const transient = 'Transient error loading data. Skipping train on release.\n';

let folder: string;
let database: TestDatabase;
let commandLine: CommandLine;
const before = { ...process.env };

beforeEach(async () => {
  database = await createTestDatabase({ migrated: false });
  commandLine = new CommandLine(database, () => [releaseCommand()]);
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'VERSION'), '1.0.0\n');
  configure('events');
  process.env.DATABASE_URL = database.url;
  process.env.PIO_EVENTSERVER_APP_NAME = 'shop';
  process.env.PIO_EVENTSERVER_ACCESS_KEY = 'secret-key';
});

afterEach(async () => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
  commandLine.remove();
  await database.drop();
});

function configure(source: 'events' | 'absent'): void {
  const sources = {
    events: `{ events: 'shop', interactions: { names: ['rate'], value: 'rating' } }`,
    absent: `{ csv: 'gone.csv' }`,
  };
  writeFileSync(
    join(folder, 'modelapp.config.ts'),
    `export default { models: { movies: { algorithm: 'als', source: ${sources[source]},
      hyperparameters: { rank: 2, sweeps: 1 } } } };`,
  );
}

const release = () => commandLine.run('release', '--config', join(folder, 'modelapp.config.ts'));

/** Ratings of a number of users, as lines of JSON. */
const ratings = (users: number) =>
  Array.from({ length: users }, (_, n) =>
    JSON.stringify({
      eventId: `e${n}`,
      event: 'rate',
      entityType: 'user',
      entityId: `u${n}`,
      targetEntityType: 'item',
      targetEntityId: `i${n % 3}`,
      properties: { rating: (n % 5) + 1 },
      eventTime: '2026-01-01T00:00:00Z',
    }),
  ).join('\n');

const write = (name: string, text: string) => writeFileSync(join(folder, 'data', name), text);

function script(name: string, text: string): void {
  write(name, `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, 'data', name), 0o755);
}

const count = async (): Promise<number> =>
  (await database.pool.query<{ count: number }>('select count(*)::int as count from events')).rows[0]!.count;
const hasApp = async (): Promise<boolean> =>
  (await database.pool.query(`select from apps where name = 'shop'`)).rowCount === 1;

test('PIO_TRAIN_ON_RELEASE=false does nothing', async () => {
  process.env.PIO_TRAIN_ON_RELEASE = 'false';

  expect(await release()).toEqual({ stdout: 'Skipping train on release.\n', stderr: '', exitCode: 0 });
});

describe('the first release', () => {
  test('makes the app with the key, loads its events and trains all models', async () => {
    write('initial-events.json', ratings(12));

    const { stdout, stderr, exitCode } = await release();

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toContain('shop: 12 event(s) stored, 0 there already, 0 deleted\nTraining movies\n');
    expect(stdout).toContain('movies: revision 1 is active\n');
    const { rows } = await database.pool.query('select mask from access_keys');
    expect(rows).toHaveLength(1);
  });

  test('runs the script that makes the events, in the folder of the project', async () => {
    write('prepared.json', ratings(7));
    script('create-initial-events', 'cp data/prepared.json data/initial-events.json');

    expect(await release()).toMatchObject({ exitCode: 0 });
    expect(await count()).toBe(7);
  });

  test.each(['DATABASE_URL', 'PIO_EVENTSERVER_APP_NAME', 'PIO_EVENTSERVER_ACCESS_KEY'])(
    'trains later if %s is not there yet',
    async (name) => {
      write('initial-events.json', ratings(3));
      delete process.env[name];

      expect(await release()).toEqual({
        stdout: '',
        stderr: `modelapp: ${name} is not set\n${transient}`,
        exitCode: 0,
      });
    },
  );

  test('fails without the file of events, and is the first the next time, too', async () => {
    script('create-initial-events', 'true');

    expect(await release()).toEqual({
      stdout: '',
      stderr: 'modelapp: data/initial-events.json: there is no such file\nError loading data.\n',
      exitCode: 1,
    });
    expect(await hasApp()).toBe(false);
  });

  test('fails if nothing can run the script, and says so', async () => {
    write('create-initial-events', '#!/nowhere/python\n');
    chmodSync(join(folder, 'data/create-initial-events'), 0o755);

    expect(await release()).toMatchObject({
      stderr:
        'modelapp: data/create-initial-events: the program that its first line names is not there; correct that line\nError loading data.\n',
      exitCode: 1,
    });
  });

  test('names the variable whose URL is none', async () => {
    write('initial-events.json', ratings(3));
    process.env.DATABASE_URL = 'mysql://localhost/shop';

    expect(await release()).toEqual({
      stdout: '',
      stderr: 'modelapp: DATABASE_URL: write a URL like postgres://user:password@host:5432/name\n',
      exitCode: 2,
    });
  });

  test('fails with a bad line, which it names', async () => {
    write('initial-events.json', `${ratings(2)}\n{"event":"rate"}\n`);

    expect(await release()).toMatchObject({
      stderr: 'modelapp: data/initial-events.json: line 3: The field entityType is required.\nError loading data.\n',
      exitCode: 1,
    });
    expect(await hasApp()).toBe(false);
  });
});

describe('a later release', () => {
  beforeEach(async () => {
    write('initial-events.json', ratings(4));
    await release();
    delete process.env.PIO_EVENTSERVER_ACCESS_KEY;
  });

  test('loads what the script brings, and needs no key', async () => {
    write('more.json', ratings(6));
    script('create-sync-events', 'cp data/more.json data/sync-events.json');

    const { stdout, exitCode } = await release();

    expect(stdout).toContain('shop: 2 event(s) stored, 4 there already, 0 deleted\n');
    expect(stdout).toContain('movies: revision 2 is active\n');
    expect(exitCode).toBe(0);
  });

  test('trains on what is there without events to synchronise', async () => {
    expect(await release()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('revision 2 is active') });
    expect(await count()).toBe(4);
  });

  test('replaces the events with PIO_PURGE_EVENTS_ON_SYNC=true', async () => {
    process.env.PIO_PURGE_EVENTS_ON_SYNC = 'true';
    write('sync-events.json', ratings(3));

    expect((await release()).stdout).toContain('shop: 3 event(s) stored, 0 there already, 4 deleted\n');
    expect(await count()).toBe(3);
  });

  test('keeps the old events if the new ones are bad', async () => {
    process.env.PIO_PURGE_EVENTS_ON_SYNC = 'true';
    write('sync-events.json', `${ratings(1)}\n{}\n`);

    expect(await release()).toMatchObject({ exitCode: 1 });
    expect(await count()).toBe(4);
  });

  test.each([
    [3, transient, 0],
    [7, 'Error loading data.\n', 7],
  ])('of which the script ends with %d says so', async (code, line, exitCode) => {
    script('create-sync-events', `exit ${code}`);

    expect(await release()).toEqual({
      stdout: '',
      stderr: `modelapp: data/create-sync-events: ended with exit code ${code}\n${line}`,
      exitCode,
    });
  });

  test('names a script that may not be run', async () => {
    write('create-sync-events', '#!/bin/sh\n');

    expect(await release()).toMatchObject({
      stderr: expect.stringContaining('data/create-sync-events: may not be run; chmod +x data/create-sync-events'),
      exitCode: 1,
    });
  });
});

test('a training that fails fails the release', async () => {
  configure('absent');

  expect(await release()).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('gone.csv') });
});

test('PIO_OPTS go to the trainings, the parameters of a file to the model that it is of', async () => {
  write('initial-events.json', ratings(12));
  const file = join(folder, 'best.json');
  writeFileSync(file, '{"engineFactory":"movies","algorithms":[{"name":"als","params":{"rank":3}}]}');
  process.env.PIO_OPTS = `--no-activate --variant ${file}`;

  const { stdout } = await release();

  expect(stdout).toContain('movies: revision 1 is kept; to let it serve: modelapp models activate movies 1\n');
  const { rows } = await database.pool.query('select options from jobs_1_0_0');
  expect(rows).toEqual([{ options: { activate: false, parameters: { rank: 3 } } }]);
});
