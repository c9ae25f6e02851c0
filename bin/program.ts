import { Command } from 'commander';
import packageJson from '../package.json';

/** The `modelapp` command with the given verbs; a usage error exits with 2. */
export function createProgram(verbs: readonly Command[]): Command {
  const program = new Command('modelapp')
    .description('Train, serve and record versioned machine-learning models, on one machine or on AWS.')
    .version(packageJson.version)
    .showHelpAfterError('(add --help for usage and an example)')
    .configureHelp({ showGlobalOptions: true });
  for (const verb of verbs) program.addCommand(verb);
  exitInsteadOfThrow(program);
  return program;
}

/** Commander ends the process by itself unless every command is told otherwise. */
function exitInsteadOfThrow(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) exitInsteadOfThrow(child);
}
