import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a person answers: keys, as soon as a text stands on the screen. */
export interface Answer {
  readonly to: string;
  readonly keys: string;
}

export const Key = { enter: '\r', left: '\x1b[D', interrupt: '\x03' } as const;

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** A file that standard output goes to, instead of the screen. */
  readonly stdoutFile?: string;
}

/** How a command ended, and all that stood on the screen, without colours. */
export interface Shown {
  readonly exitCode: number | null;
  readonly screen: string;
}

const longestMs = 120_000;

/** Runs a command at a terminal, that of `script` of util-linux, and answers what it asks. */
export async function runAtTerminal(
  command: readonly string[],
  answer: Answer,
  { stdoutFile, ...options }: TerminalOptions,
): Promise<Shown> {
  const words = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  // The terminal of `script` has no columns of its own here.
  const line = `stty cols 160 rows 50; ${stdoutFile ? `${words} > '${stdoutFile}'` : words}`;
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: options.cwd,
    env: { ...options.env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
    // A question that is not the expected one would wait for ever.
    timeout: longestMs,
    killSignal: 'SIGKILL',
  });
  const screen = read(child, answer);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, screen: screen() };
}

function read({ stdin, stdout }: ChildProcess, { to, keys }: Answer): () => string {
  let screen = '';
  let answered = false;
  stdout!.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (answered || !plain(screen).includes(to)) return;
    answered = true;
    stdin!.write(keys);
  });
  return () => plain(screen);
}

/** Without the codes that move the cursor and change colours. */
const plain = (screen: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what terminals understand
  screen.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r\n', '\n');
