import { Command } from 'commander';
import packageJson from '../package.json';

// The AWS SDK is pinned: which Node its later versions need is no concern of who runs a command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Follows a usage error. */
export const helpHint = '(add --help for usage and an example)';

/**
 * The `modelapp` command with the given verbs; a usage error exits with 2.
 * @param inner verbs that the product calls itself, which help does not list
 */
export function createProgram(verbs: readonly Command[], inner: readonly Command[] = []): Command {
  const program = new Command('modelapp')
    .description('Train, serve and record versioned machine-learning models, on one machine or on AWS.')
    .version(packageJson.version)
    .showHelpAfterError(helpHint)
    .configureHelp({ showGlobalOptions: true });
  for (const verb of verbs) program.addCommand(verb);
  for (const verb of inner) program.addCommand(verb, { hidden: true });
  // Commander ends the process by itself unless it is told otherwise.
  handSettingsDown(program.exitOverride());
  return program;
}

/** A command that was made apart from its parent takes nothing over by itself. */
function handSettingsDown(parent: Command): void {
  for (const child of parent.commands) handSettingsDown(child.copyInheritedSettings(parent));
}
