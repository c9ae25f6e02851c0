import { confirm, isCancel } from '@clack/prompts';
import { CommandError, ExitCode } from './failure';

/**
 * Asks at the terminal whether to go on, with no as the answer that Enter gives. The question stands on standard error, so
 * that the result can go to a file.
 * @throws {CommandError} if the answer is no, or if there is no terminal to ask at
 */
export async function confirmAtTerminal(question: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError(`${question} There is no terminal to ask at: add --yes`, ExitCode.refused);
  }
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr });
  if (isCancel(answer) || !answer) throw new CommandError('nothing was changed', ExitCode.refused);
}
