import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Place } from './place';
import { until } from './wait';

const root = resolve(__dirname, '../../..');

/** The built product. */
export const program = join(root, 'dist/cli.js');

export interface CommandOptions {
  readonly args: readonly string[];
  readonly place: Place;
  /** @default the built product */
  readonly program?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /**
   * Whether it leads a process group of its own, as a terminal starts it.
   * @default false
   */
  readonly ownGroup?: boolean;
}

/** How a command ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `modelapp` with some arguments, as a process. */
export class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #running = true;

  constructor({ args, place, program: file = program, environment = {}, ownGroup = false }: CommandOptions) {
    this.child = spawn(process.execPath, [file, ...args], {
      cwd: root,
      detached: ownGroup,
      env: { ...process.env, NODE_ENV: undefined, ...place.environment, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    // Who is killed reads no more.
    this.child.stdin?.on('error', () => {});
    this.ended = once(this.child, 'close').then(([exitCode, signal]) => {
      this.#running = false;
      return { exitCode, signal };
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get running(): boolean {
    return this.#running;
  }

  /** @throws {Error} with all it printed, if it ends without having printed this */
  async untilPrinted(text: string | RegExp): Promise<string> {
    const find = () => this.stdout.match(text)?.[0];
    await until(`'${text}' on the standard output of modelapp`, () => find() !== undefined || !this.#running);
    const found = find();
    if (found === undefined) throw new Error(`modelapp ended early: ${this.stdout}${this.stderr}`);
    return found;
  }
}

/** Runs a command to its end. */
export async function runCommand(options: CommandOptions): Promise<Ended & { stdout: string; stderr: string }> {
  const command = new Command(options);
  command.child.stdin?.end();
  const ended = await command.ended;
  return { ...ended, stdout: command.stdout, stderr: command.stderr };
}
