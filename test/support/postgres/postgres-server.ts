import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createCluster,
  freePort,
  type RunningServer,
  runningServer,
  type StopMode,
  startServer,
  stopServer,
  superuser,
} from '../../../service/database/cluster';
import { postgresPrograms } from '../../../service/database/postgres-programs';
import { runFolder } from '../test-run';
import { postgresProcesses, signalPostgres } from './postgres-processes';

const password = 'for-tests-only';

/** A real PostgreSQL of one's own, to stop, kill or freeze; its address stays the same over restarts. */
export interface TestServer {
  /** Of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** The postmaster; another one after each start. */
  readonly pid: number;
  start(): Promise<void>;
  stop(mode?: StopMode): Promise<void>;
  /** SIGKILL to all its processes at once. */
  kill(): Promise<void>;
  /** SIGSTOP to all its processes: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/** Starts a server in a new folder; the caller removes it. */
export async function startTestServer(): Promise<TestServer> {
  return openTestServer(mkdtempSync(join(runFolder(), 'postgres-')));
}

/** Makes and starts a server in a folder that is there and empty. */
export async function openTestServer(folder: string): Promise<TestServer> {
  const programs = postgresPrograms(folder);
  const directory = join(folder, 'data');
  const logFile = join(folder, 'server.log');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  programs.own(passwordFile);
  await createCluster(programs, directory, passwordFile, ['--no-sync']);
  const port = await freePort();
  const settings = { fsync: 'off', max_connections: 200, shared_buffers: '64MB' };
  const start = () => startServer(programs, directory, { port, logFile, settings });
  let server: RunningServer = await start();
  const gone = async () => {
    while (postgresProcesses(server.pid).length > 0) await sleep(10);
  };

  return {
    url: `postgresql://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return server.pid;
    },
    async start() {
      server = await start();
    },
    stop: (mode = 'fast') => stopServer(programs, directory, mode),
    async kill() {
      signalPostgres(server.pid, 'SIGKILL');
      await gone();
    },
    pause: () => signalPostgres(server.pid, 'SIGSTOP'),
    resume: () => signalPostgres(server.pid, 'SIGCONT'),
    async remove() {
      if (runningServer(directory)) await stopServer(programs, directory, 'immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
