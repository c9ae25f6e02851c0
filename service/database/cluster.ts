import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresPrograms, ProgramError } from './postgres-programs';

/** How a server ends: `fast` rolls back what is open, `immediate` is a crash that the next start recovers from. */
export type StopMode = 'smart' | 'fast' | 'immediate';

/** Settings of a server, as in postgresql.conf. */
export type ServerSettings = Readonly<Record<string, string | number>>;

/** A server that runs on a cluster. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/** The user that owns the cluster. */
export const superuser = 'modelapp';

const pollMs = 20;

/** Processes that outlive a killed server keep its memory until they notice. */
const orphansTimeoutMs = 30_000;

/**
 * Makes a cluster: UTF-8, the locale C, data checksums, logins by password only.
 * @param passwordFile readable by the server's account
 */
export async function createCluster(
  programs: PostgresPrograms,
  directory: string,
  passwordFile: string,
  options: readonly string[] = [],
): Promise<void> {
  const encoding = ['--encoding=UTF8', '--locale=C', '--set=timezone=UTC', '--set=log_timezone=UTC'];
  const access = [`--username=${superuser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await programs.run('initdb', [
    `--pgdata=${directory}`,
    ...encoding,
    ...access,
    '--data-checksums',
    '--no-instructions',
    ...options,
  ]);
}

/**
 * Starts the server of a cluster on loopback and waits until it answers, recovery included. It runs in a session of its
 * own, so that Ctrl-C in a terminal does not reach it, and goes on when this process dies.
 * @throws {ProgramError} with what it logged, if it ends instead
 */
export async function startServer(
  programs: PostgresPrograms,
  directory: string,
  { port, logFile, settings }: { port: number; logFile: string; settings: ServerSettings },
): Promise<RunningServer> {
  removeForeignLock(directory);
  const all = { ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: '', port };
  const args = ['-D', directory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const giveUp = Date.now() + orphansTimeoutMs;
  for (;;) {
    const logged = existsSync(logFile) ? statSync(logFile).size : 0;
    const server = await untilReady(programs.serve(args, logFile), directory);
    if (server) return server;
    const log = readFileSync(logFile).subarray(logged).toString();
    if (!log.includes('pre-existing shared memory block') || Date.now() > giveUp)
      throw new ProgramError('postgres', log);
    await sleep(pollMs);
  }
}

/** The server, or undefined if it ends instead. */
async function untilReady(server: ChildProcess, directory: string): Promise<RunningServer | undefined> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  server.once('exit', end).once('error', end);
  while (!ended) {
    const lock = readLock(directory);
    if (lock?.ready && lock.pid === server.pid) return lock;
    await sleep(pollMs);
  }
  return undefined;
}

/** Stops the server of a cluster and waits for its end; nothing happens if none runs. */
export async function stopServer(programs: PostgresPrograms, directory: string, mode: StopMode): Promise<void> {
  try {
    await programs.run('pg_ctl', ['stop', `--pgdata=${directory}`, `--mode=${mode}`, '--wait', '--timeout=60']);
  } catch (error) {
    if (runningServer(directory) || !(error instanceof ProgramError)) throw error;
  }
}

/** The server that runs on a cluster, started by whomever; undefined if there is none. */
export function runningServer(directory: string): RunningServer | undefined {
  const lock = readLock(directory);
  return lock && isServerOf(directory, lock.pid) ? lock : undefined;
}

/**
 * Waits for a server that is starting or recovering.
 * @throws {Error} if it ends instead
 */
export async function waitUntilReady(directory: string): Promise<RunningServer> {
  for (;;) {
    const lock = readLock(directory);
    if (!lock || !isServerOf(directory, lock.pid)) throw new Error(`PostgreSQL in ${directory} ended while it started`);
    if (lock.ready) return lock;
    await sleep(pollMs);
  }
}

/** The port that the server of a cluster had when it started last; undefined if it never did. */
export function lastPort(directory: string): number | undefined {
  const file = join(directory, 'postmaster.opts');
  const port = existsSync(file) ? /port=(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return port ? Number(port) : undefined;
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
  });
}

/** The lines of postmaster.pid: pid, directory, start time, port, socket folder, address, shared memory, status. */
function readLock(directory: string): (RunningServer & { readonly ready: boolean }) | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** After a restart of the machine the number of a dead server may belong to any process. */
function removeForeignLock(directory: string): void {
  const lock = readLock(directory);
  if (lock && isAlive(lock.pid) && !isServerOf(directory, lock.pid)) rmSync(join(directory, 'postmaster.pid'));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Where the system tells nothing, the lock file is believed: a second server on the same files would ruin them. */
function isServerOf(directory: string, pid: number): boolean {
  if (!(pid > 0) || !isAlive(pid)) return false;
  if (!existsSync('/proc/self/cmdline')) return true;
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')) return false;
  } catch {
    return false;
  }
  try {
    // A server works in the folder of its data.
    const [ours, theirs] = [statSync(directory), statSync(`/proc/${pid}/cwd`)];
    return ours.dev === theirs.dev && ours.ino === theirs.ino;
  } catch {
    return true;
  }
}
