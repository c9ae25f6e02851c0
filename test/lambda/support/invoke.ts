import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Where a function runs: its bundle and its environment. */
export interface FunctionUnderTest {
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Invocation {
  readonly process: ChildProcess;
  /** What the handler returned, what it threw, and all it printed. */
  readonly result: Promise<{ value?: unknown; error?: string; output: string }>;
}

/** The context's time, call by call; the last value stays. */
const plenty = [900_000];

const program = `
const { event, remaining } = JSON.parse(process.argv[1]);
const context = { getRemainingTimeInMillis: () => (remaining.length > 1 ? remaining.shift() : remaining[0]) };
require(process.argv[2]).handler(event, context).then(
  (value) => process.send({ value }),
  (error) => process.send({ error: error.message }),
).finally(() => process.disconnect());
`;

/** Runs a bundle in a process of its own, as Lambda does. */
export function startInvocation(
  { bundle, environment }: FunctionUnderTest,
  event: unknown,
  remaining: readonly number[] = plenty,
): Invocation {
  const args = ['-e', program, JSON.stringify({ event, remaining }), join(bundle, 'index.js')];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...environment,
    },
  });
  let message: { value?: unknown; error?: string } = {};
  child.on('message', (received) => {
    message = received as typeof message;
  });
  const exit = new Promise((resolve) => child.once('close', resolve));
  const printed = Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { process: child, result: exit.then(async () => ({ ...message, output: (await printed).join('') })) };
}

export const invoke = (
  ...args: Parameters<typeof startInvocation>
): Promise<{ value?: unknown; error?: string; output: string }> => startInvocation(...args).result;
