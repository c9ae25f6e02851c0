import { Command } from 'commander';
import { ExitCode, ReportedError } from '../../../failure';
import { InterruptedError } from '../../../interruption';
import { helpHint } from '../../../program';
import { printError } from './print';

/** A verb that came with PredictionIO: scripts know its lines by their prefix, and 1 as the only code of a failure. */
export class PioCommand extends Command {
  override createCommand(name?: string): PioCommand {
    return new PioCommand(name);
  }

  override copyInheritedSettings(parent: Command): this {
    super.copyInheritedSettings(parent);
    // The hint would come without the form of all lines.
    this.showHelpAfterError(false);
    this.configureOutput({ outputError: (text) => printError(`${text.trimEnd()}\n${helpHint}`) });
    return this.exitOverride((error) => {
      throw error.exitCode === 0 ? error : new ReportedError(ExitCode.failed, error);
    });
  }

  /** Sets what the verb does; whatever it throws is told in the form of all lines. */
  does<A extends unknown[]>(work: (...words: A) => Promise<void>): this {
    return this.action(async (...words) => {
      try {
        await work(...(words as A));
      } catch (error) {
        printError((error as Error).message || String(error));
        const code = error instanceof InterruptedError ? error.exitCode : ExitCode.failed;
        throw new ReportedError(code, error);
      }
    });
  }
}

/**
 * A command line as PredictionIO takes it: what follows `--` was meant for Spark and is ignored, blanks round the name of
 * an option do not count. Command lines of other verbs are left alone.
 * @param argv with interpreter and script in front
 */
export function pioWords(argv: readonly string[], program: Command): readonly string[] {
  const verb = program.commands.find((command) => command.name() === argv[2]);
  if (!(verb instanceof PioCommand)) return argv;
  const end = argv.indexOf('--');
  return argv
    .slice(0, end === -1 ? argv.length : end)
    .map((word) => (/^\s*--?[A-Za-z][A-Za-z-]*\s*$/.test(word) ? word.trim() : word));
}
