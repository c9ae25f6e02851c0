import { requireWorkingStack } from '../aws/deployed';
import type { AwsOptions } from '../aws/options';
import { withSession } from '../aws/session';
import { CommandError, ExitCode } from '../failure';
import { print, printJson, progress } from '../output';
import { readResources } from '../status/resources';
import { hideKey } from './hidden-key';
import { runOneOffTask } from './one-off-task';

/** The verbs that need nothing of the machine they run on but the database. */
const verbs = ['app', 'accesskey', 'status'] as const;

/**
 * Runs a command on the deployed event server's database, prints what it printed, and ends with its exit code.
 * @throws {CommandError} if the command is none for there, or no task runs it
 */
export async function runRemotely(words: readonly string[], options: AwsOptions): Promise<void> {
  if (!verbs.some((verb) => verb === words[0])) {
    throw new CommandError(
      `events: '${words[0]}' is none of ${verbs.join(', ')}, which run beside the event server`,
      ExitCode.usage,
    );
  }
  const command = hideKey(words);
  await withSession(options, async (session) => {
    const stack = await requireWorkingStack(session, session.names.eventsStack);
    const { cluster, service } = await readResources(session, stack);
    if (!cluster || !service) {
      throw new CommandError(`${stack.name} has no service: modelapp deploy events`, ExitCode.absent);
    }
    progress(`Running it as a task of ${stack.name}, which takes some seconds`);
    const logGroup = session.names.serviceLogGroup('events');
    const { exitCode, lines } = await runOneOffTask(session, { cluster, service, logGroup }, command.words);
    process.exitCode = exitCode;
    const texts = lines.map(({ text }) => command.reveal(text));
    if (options.json) return printJson({ exitCode, lines: texts });
    for (const text of texts) (isTrouble(text) ? progress : print)(text);
  });
}

/** A log does not tell standard error apart. */
const isTrouble = (text: string): boolean => /^(\[(WARN|ERROR)\]|modelapp:) /.test(text);
