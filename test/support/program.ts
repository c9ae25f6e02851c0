import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { runFolder } from './test-run';

/** A program of ours that runs as a process of its own, to be killed. */
export interface Program {
  readonly child: ChildProcess;
  /** The next line it prints; undefined once it ended. */
  nextLine(): Promise<string | undefined>;
  /** All it wrote to standard error. */
  errors(): string;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** In a process group of its own, as a terminal starts it. */
  readonly detached?: boolean;
}

/** Bundles a TypeScript file of the tests, once for as many processes as the caller likes. */
export function buildProgram(entry: string): (options?: ProgramOptions) => Program {
  const outfile = join(mkdtempSync(join(runFolder(), 'program-')), 'program.js');
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', external: ['pg-native', 'esbuild'] });
  return (options = {}) => startProgram(outfile, options);
}

function startProgram(file: string, { args = [], env = {}, detached = false }: ProgramOptions): Program {
  const child = spawn(process.execPath, [file, ...args], {
    detached,
    // The bundle lies outside of the project and finds its packages there.
    env: { ...process.env, NODE_PATH: resolve('node_modules'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return {
    child,
    errors: () => errors,
    nextLine: async () => {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
