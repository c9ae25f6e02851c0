import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Asks it to stop and waits for its end. */
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly command: readonly [program: string, ...args: string[]];
  readonly port: number;
  /**
   * What it prints once all its processes are ready.
   * @default it is ready when `/readyz` answers 200
   */
  readonly readyText?: string;
  /**
   * The only core that it may run on.
   * @default any
   */
  readonly core?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Keeps this process, its threads and all that it starts from now on on one core. */
export function pinThisProcess(core: number): void {
  if (cpus().length < 2) throw new Error('this benchmark needs two cores, one for the server and one for the rest');
  if (availableParallelism() > 1) {
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)]);
  }
}

/**
 * Starts a server and waits until it is ready.
 * @throws {Error} with what it printed, if it ends instead
 */
export async function startServer({ command, port, readyText, core, env }: ServerCommand): Promise<ServerProcess> {
  const [program, ...args] = core === undefined ? command : ['taskset', '--cpu-list', String(core), ...command];
  const child = spawn(program as string, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const printed = collectOutput(child);
  while (!(readyText === undefined ? await isReady(port) : printed().includes(readyText))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${command.join(' ')} ended:\n${printed()}`);
    await sleep(10);
  }
  const stopWithUs = () => child.kill('SIGKILL');
  process.once('exit', stopWithUs);
  return {
    pid: child.pid as number,
    port,
    async stop() {
      process.off('exit', stopWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Pipes are read to their end, as a full one would stop the server. */
function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text = `${text}${chunk}`.slice(-8192);
    });
  }
  return () => text;
}
