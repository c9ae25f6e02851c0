import type { ServiceName } from '../../config/names';
import { requireStack } from '../aws/deployed';
import { reasonOf } from '../aws/errors';
import { type AwsSession, withSession } from '../aws/session';
import type { LogsOptions } from '../commands/aws/logs';
import { CommandError, ExitCode } from '../failure';
import { printLines } from './print-lines';
import { parseSince } from './since';

/** How far back lines are read if nobody says so. */
export const recently = (): Date => parseSince('10m');

/** Prints the lines of a service. */
export const logs = (asked: ServiceName | undefined, options: LogsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const { since = recently(), filter } = options;
    const service = asked ?? session.version;
    const query = { groups: [session.names.serviceLogGroup(service)], since: since.getTime(), filter };
    await printLines(session, query, options).catch((error) =>
      explainLogs(session, session.names.serviceStack(service), options, error),
    );
  });

/** Says why the lines of a stack cannot be read. */
export async function explainLogs(
  session: AwsSession,
  stack: string,
  { filter }: LogsOptions,
  error: Error,
): Promise<never> {
  if (error.name === 'ResourceNotFoundException') {
    const { name, state } = await requireStack(session, stack);
    throw new CommandError(`${name} is ${state} and has no log yet`, ExitCode.absent);
  }
  if (error.name === 'InvalidParameterException' && filter !== undefined) {
    throw new CommandError(`--filter: ${reasonOf(error)}`, ExitCode.usage);
  }
  throw error;
}
