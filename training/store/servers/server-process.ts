import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { storeServerConfiguration } from '../../../config/training/store-server';
import { StoreError, StoreExitCode } from '../store-error';
import { openConnection, type ServerAddress } from './connection';
import { freePort } from './free-port';

/** A server that runs for this process, and ends with it. */
export interface ServerProcess {
  readonly address: ServerAddress;
  /** Ends it; resolves when it has. */
  stop(): Promise<void>;
}

/**
 * Runs a server until descriptor 3 is closed, which happens too when the process that holds its other end is killed.
 * The configuration comes by standard input, because it has the password; a shell takes that from what runs in the
 * background, so it goes by another descriptor.
 */
const watchedServer = `
exec 4<&0
"$0" - <&4 3<&- 4<&- &
server=$!
exec 4<&-
(cat <&3 >/dev/null; kill -KILL $server) 2>/dev/null <&- &
watcher=$!
exec 3<&-
wait $server
status=$?
kill $watcher 2>/dev/null
rm -rf "$1"
exit $status`;

/** How often a port is tried that somebody else may take meanwhile, and how long a server may take to answer. */
const attempts = 5;
const startTimeout = 20_000;

/**
 * Starts a server on a free port of the loopback interface, with nothing kept on disk.
 * @throws {StoreError} with what the server said, if it does not start
 */
export async function startServerProcess(
  program: string,
  options: { readonly password: string; readonly isClusterMember: boolean },
): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await start(program, { ...options, port });
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

interface ServerOptions {
  readonly port: number;
  readonly password: string;
  readonly isClusterMember: boolean;
}

async function start(program: string, options: ServerOptions): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'modelapp-store-'));
  // A group of its own: Ctrl-C is for the job, which writes a checkpoint before it ends the servers.
  const shell = spawn('/bin/sh', ['-c', watchedServer, program, folder], {
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    detached: true,
  });
  const lifeline = shell.stdio[3] as Writable;
  const ended = once(shell, 'close');
  let said = '';
  shell.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
  });
  lifeline.on('error', () => {});
  shell.stdin!.on('error', () => {}).end(configuration(folder, options));
  const stop = async (): Promise<void> => {
    lifeline.destroy();
    await ended;
  };
  const address: ServerAddress = { host: '127.0.0.1', port: options.port };
  if (await answers(shell, address, options.password)) return { address, stop };
  await stop();
  throw new StoreError(`${program} did not start: ${lastLine(said)}`, StoreExitCode.failed);
}

const configuration = (folder: string, { port, password, isClusterMember }: ServerOptions): string =>
  `bind 127.0.0.1${storeServerConfiguration({
    port: String(port),
    folder,
    password,
    isClusterMember: isClusterMember ? 'yes' : 'no',
  })}`;

/** Whether the server answers before it ends. */
async function answers(shell: ChildProcess, address: ServerAddress, password: string): Promise<boolean> {
  for (const deadline = Date.now() + startTimeout; Date.now() < deadline && shell.exitCode === null; await delay(20)) {
    const connection = await openConnection(address, password).catch((): Redis | undefined => undefined);
    if (!connection) continue;
    connection.disconnect();
    return true;
  }
  return false;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) || 'it said nothing';
