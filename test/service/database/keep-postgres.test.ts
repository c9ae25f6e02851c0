import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type EmbeddedPostgres, embeddedPostgresRuns, startEmbeddedPostgres } from '../../../service/database/embedded';
import { keepPostgres } from '../../../service/database/keep-postgres';

let parent: string;
let directory: string;
let server: EmbeddedPostgres;
let lines: string[];
let letGo: () => Promise<void>;

const kill = () =>
  process.kill(Number(readFileSync(join(directory, 'cluster/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'modelapp-keep-'));
  chmodSync(parent, 0o711);
  directory = join(parent, 'postgres');
  server = await startEmbeddedPostgres(directory);
  lines = [];
  letGo = keepPostgres({ directory, url: server.url, log: (line) => lines.push(line) });
});

afterEach(async () => {
  await letGo();
  await (await startEmbeddedPostgres(directory)).stop();
  rmSync(parent, { recursive: true, force: true, maxRetries: 20 });
});

test('a PostgreSQL that is killed comes back where it was, each time', async () => {
  for (const times of [1, 2]) {
    kill();
    await until(() => lines.length === 2 * times);
  }

  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.end();
  expect(lines).toEqual([
    'PostgreSQL died; starting it again',
    'PostgreSQL runs again',
    'PostgreSQL died; starting it again',
    'PostgreSQL runs again',
  ]);
});

test('a PostgreSQL that nobody keeps any more stays away', async () => {
  await letGo();
  kill();
  await sleep(2_500);

  expect(embeddedPostgresRuns(directory)).toBe(false);
  expect(lines).toEqual([]);
});
