import { Command } from 'commander';
import { scoreOption } from '../commands/training/score-option';
import { CommandError, ExitCode } from '../failure';

/** What `PIO_OPTS` may say of the trainings of a release. */
export interface ReleaseTrainOptions {
  readonly variant?: string;
  readonly ifBetterThan?: number;
  readonly betterThanActive?: boolean;
  readonly activate: boolean;
}

/**
 * Reads the options of `modelapp train` from a variable; what follows `--` was meant for Spark and is ignored.
 * @param text words between blanks, in quotes if they hold some
 * @throws {CommandError} naming what is wrong
 */
export function parseTrainOptions(text: string): ReleaseTrainOptions {
  const words = Array.from(
    text.matchAll(/"([^"]*)"|'([^']*)'|\S+/g),
    ([whole, double, single]) => double ?? single ?? whole,
  );
  const end = words.indexOf('--');
  let fault = '';
  const command = new Command('PIO_OPTS')
    .option('--variant <file>')
    .option('--if-better-than <score>', '', scoreOption)
    .option('--better-than-active')
    .option('--no-activate')
    .allowExcessArguments(false)
    .helpOption(false)
    .configureOutput({ writeErr: (line) => (fault += line) })
    .exitOverride();
  try {
    command.parse(end === -1 ? words : words.slice(0, end), { from: 'user' });
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`PIO_OPTS: ${error.message}`, error.exitCode);
    throw new CommandError(`PIO_OPTS: ${fault.trim().replace(/^error: /, '')}`, ExitCode.usage);
  }
  return command.opts<ReleaseTrainOptions>();
}
