import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../config/resolve';

/** Exit codes of all commands. */
export const ExitCode = { failed: 1, usage: 2, absent: 3, noAccess: 4, refused: 5 } as const;

/** A failure a person can act on: printed as it is, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly exitCode: number = ExitCode.failed,
  ) {
    super(message);
  }
}

/** A failure that the command has told in its own way already. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError';
  constructor(
    readonly exitCode: number,
    cause: unknown,
  ) {
    super('the command failed', { cause });
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) return ExitCode.usage;
  const { exitCode } = error as { exitCode?: unknown };
  return typeof exitCode === 'number' ? exitCode : ExitCode.failed;
}

/** Runs a command line to its end; the process's exit code tells how it went. */
export async function run(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its own message; help and version are no failures.
      process.exitCode = error.exitCode === 0 ? 0 : ExitCode.usage;
      return;
    }
    const { message, stack } = (error instanceof ReportedError ? error.cause : error) as Error;
    if (!(error instanceof ReportedError)) {
      for (const line of (message || String(error)).split('\n')) process.stderr.write(`modelapp: ${line}\n`);
    }
    if (process.env.MODELAPP_DEBUG) process.stderr.write(`${stack}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** Whoever read the output has gone, as in `modelapp start | head`; what runs has to end in order all the same. */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
