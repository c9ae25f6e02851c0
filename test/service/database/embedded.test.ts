import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../service/database/embedded';
import { buildProgram, type Program } from '../../support/program';

const startInProcess = buildProgram('test/support/postgres/start-embedded.ts');
let parent: string;
let folder: string;
let programs: Program[];

const start = () => startEmbeddedPostgres(folder);
const startProgram = (detached = false) => {
  const program = startInProcess({ args: [folder], detached });
  programs.push(program);
  return program;
};
const postmaster = () => Number(readFileSync(join(folder, 'cluster/postmaster.pid'), 'utf8').split('\n')[0]);

async function query(url: string | undefined, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url ?? '' });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'modelapp-embedded-'));
  // As `modelapp start` makes it for root: the server's account passes through.
  chmodSync(parent, 0o711);
  folder = join(parent, 'postgres');
  programs = [];
});

afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()));
  if (readdirSync(folder).includes('cluster')) await (await start()).stop();
  rmSync(parent, { recursive: true, force: true, maxRetries: 20 });
});

test('the first start makes a database with checksums, UTF-8 and the order of bytes', async () => {
  const { url, adopted } = await start();

  expect(adopted).toBe(false);
  expect(
    await query(
      url,
      `select current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
        current_setting('fsync') as fsync, current_setting('TimeZone') as zone,
        (select datcollate from pg_database where datname = current_database()) as collation`,
    ),
  ).toEqual([{ checksums: 'on', encoding: 'UTF8', fsync: 'on', zone: 'UTC', collation: 'C' }]);
});

test('the password is a secret of this directory, asked for on every login', async () => {
  const { url } = await start();
  const wrong = new URL(url);
  wrong.password = 'guess';

  expect(statSync(join(folder, 'cluster/password')).mode & 0o077).toBe(0);
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
});

test('the server never runs as root', async () => {
  await start();

  expect(statSync(`/proc/${postmaster()}`).uid).not.toBe(0);
});

test('a second start finds the data under the same address', async () => {
  // GIVEN
  const first = await start();
  await query(first.url, 'create table kept as select 7 as number');
  await first.stop();

  // WHEN
  const second = await start();

  // THEN
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'select number from kept')).toEqual([{ number: 7 }]);
});

test('a server whose process was killed is adopted', async () => {
  // GIVEN
  const program = startProgram();
  const url = await program.nextLine();
  const server = postmaster();
  await program.kill();

  // WHEN
  const adopted = await start();

  // THEN
  expect(adopted).toMatchObject({ url, adopted: true });
  expect(postmaster()).toBe(server);
});

test('a stop ends the server, also an adopted one', async () => {
  // GIVEN
  const { url } = await start();

  // WHEN
  await (await start()).stop();

  // THEN
  await expect(query(url, 'select 1')).rejects.toThrow('ECONNREFUSED');
});

test('after a kill of everything, what was committed is there', async () => {
  // GIVEN
  const program = startProgram();
  const url = await program.nextLine();
  await query(url, 'create table kept as select 7 as number');
  const server = postmaster();
  await program.kill();
  process.kill(server, 'SIGKILL');
  await until(() => !isAlive(server));

  // WHEN
  const again = await start();

  // THEN
  expect(again.adopted).toBe(false);
  expect(await query(again.url, 'select number from kept')).toEqual([{ number: 7 }]);
});

test('a lock file of a dead server whose number another process has by now does not hinder', async () => {
  // GIVEN
  const first = await start();
  const lock = join(folder, 'cluster/postmaster.pid');
  const content = readFileSync(lock, 'utf8');
  await first.stop();
  writeFileSync(lock, content.replace(/^\d+/, String(process.pid)));

  // WHEN
  const second = await start();

  // THEN
  expect(second.adopted).toBe(false);
});

test('a kill while the database is made leaves nothing half-made', async () => {
  // GIVEN
  const program = startProgram();
  await until(() => readdirSync(parent).includes('postgres'));
  await until(() => readdirSync(folder).some((name) => name.startsWith('cluster.new')));
  await program.kill();

  // WHEN
  const { url } = await start();

  // THEN
  expect(await query(url, 'select 1 as answer')).toEqual([{ answer: 1 }]);
});

test('processes that start an absent database at once share one', async () => {
  const urls = await Promise.all([1, 2, 3].map(() => startProgram().nextLine()));

  expect(urls[0]).toMatch(/^postgresql:/);
  expect(new Set(urls).size).toBe(1);
});

test('Ctrl-C in a terminal does not reach the server', async () => {
  // GIVEN
  const program = startProgram(true);
  await program.nextLine();
  const server = postmaster();

  // WHEN
  const ended = once(program.child, 'exit');
  process.kill(-(program.child.pid ?? 0), 'SIGINT');
  await ended;

  // THEN
  expect(isAlive(server)).toBe(true);
  expect((await start()).adopted).toBe(true);
});

test('a port that another one took meanwhile is replaced', async () => {
  // GIVEN
  const first = await start();
  await first.stop();
  const other = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
  await once(other, 'listening');

  // WHEN
  const second = await start();

  // THEN
  expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
  expect(await query(second.url, 'select 1 as answer')).toEqual([{ answer: 1 }]);
  other.close();
});

describe('what cannot be used is told in one line', () => {
  let running: EmbeddedPostgres;

  beforeEach(async () => {
    running = await start();
  });

  test('data of another PostgreSQL', async () => {
    await running.stop();
    const file = join(folder, 'cluster/PG_VERSION');
    const version = readFileSync(file, 'utf8');
    writeFileSync(file, '16\n');

    await expect(start()).rejects.toThrow(`${folder}: was made by PostgreSQL 16, this is 17; pass another folder`);
    writeFileSync(file, version);
  });

  test('a password file that is gone', async () => {
    const file = join(folder, 'cluster/password');
    const password = readFileSync(file, 'utf8');
    rmSync(file);

    await expect(start()).rejects.toThrow(`${file}: is missing; put it back, or remove ${folder} and all its data`);
    writeFileSync(file, password);
  });

  test('a password file of another database', async () => {
    const file = join(folder, 'cluster/password');
    const password = readFileSync(file, 'utf8');
    writeFileSync(file, 'another');

    await expect(start()).rejects.toThrow(`${file}: is not the password of this database; put the right file back`);
    writeFileSync(file, password);
  });

  test('a server that does not start tells its reason and its log file', async () => {
    await running.stop();
    const file = join(folder, 'cluster/postgresql.auto.conf');
    writeFileSync(file, 'no_such_setting = 1\n');

    await expect(start()).rejects.toThrow(/^PostgreSQL does not start: .+; see .+server\.log$/);
    writeFileSync(file, '');
  });
});
