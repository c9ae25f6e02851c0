import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { startServer } from '../../../lib/constructs/training/server-task';
import { openConnection } from '../../../training/store/servers/connection';
import { freePort } from '../../../training/store/servers/free-port';
import { findServerProgram } from '../../../training/store/servers/server-program';
import { runFolder } from '../../support/test-run';

const password = 'p4ssw0rdOf40Letters';

let server: ChildProcess;
let connection: Redis;

/** Runs the command of the container, on a port and in a folder that are free here. */
async function start(servers: number): Promise<void> {
  const folder = mkdtempSync(join(runFolder(), 'server-'));
  symlinkSync(findServerProgram(), join(folder, 'valkey-server'));
  const port = await freePort();
  const command = startServer(64).replace('port 6379', `port ${port}`).replace('dir /data', `dir ${folder}`);
  server = spawn('sh', ['-c', command], {
    cwd: folder,
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      MODELAPP_STORE_PASSWORD: password,
      DMLC_NUM_SERVER: String(servers),
    },
    stdio: 'ignore',
  });
  connection = await connect(port);
}

async function connect(port: number): Promise<Redis> {
  while (server.exitCode === null) {
    const opened = await openConnection({ host: '127.0.0.1', port }, password).catch(() => undefined);
    if (opened) return opened;
    await sleep(20);
  }
  throw new Error(`the server ended with exit code ${server.exitCode}`);
}

afterEach(async () => {
  await connection.quit();
  server.kill('SIGTERM');
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
});

test('the command of the container becomes the server, whose password no list of processes shows', async () => {
  await start(1);

  expect(await connection.config('GET', 'requirepass')).toEqual(['requirepass', password]);
  const shown = readFileSync(`/proc/${server.pid}/cmdline`, 'utf8');
  expect(shown).toContain('valkey-server');
  expect(shown).not.toContain(password);
});

test('a server refuses to grow beyond its memory, and stores nothing on a disk', async () => {
  await start(1);

  expect(await connection.config('GET', 'maxmemory')).toEqual(['maxmemory', String(64 * 1024 ** 2)]);
  expect(await connection.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  expect(await connection.config('GET', 'save')).toEqual(['save', '']);
  expect(await connection.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
});

test.each([
  [1, '0'],
  [2, '1'],
])('of %d servers each is in cluster mode: %s', async (servers, enabled) => {
  await start(servers);

  expect(await connection.info('cluster')).toContain(`cluster_enabled:${enabled}`);
});
