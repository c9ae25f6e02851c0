import type { ServiceName } from '../../config/names';
import { requireStack } from '../aws/deployed';
import { isTransient, reasonOf } from '../aws/errors';
import { type AwsSession, withSession } from '../aws/session';
import type { LogsOptions } from '../commands/aws/logs';
import { CommandError, ExitCode } from '../failure';
import { print, progress } from '../output';
import { followLines, type LogLine, type LogQuery, readLines } from './log-lines';

/** Prints the lines of a service; with `--follow` until a signal ends the process, or nobody reads any more. */
export const logs = (asked: ServiceName | undefined, options: LogsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const { since, filter, follow } = options;
    const service = asked ?? session.version;
    const query = { group: session.names.serviceLogGroup(service), since: since.getTime(), filter };
    await (follow ? followAndPrint : readAndPrint)(session, query, options).catch((error) =>
      explain(session, service, options, error),
    );
  });

async function readAndPrint(session: AwsSession, query: LogQuery, { json }: LogsOptions): Promise<void> {
  let count = 0;
  for await (const line of readLines(session, query)) {
    count++;
    if (json) process.stdout.write(`${count === 1 ? '[' : ','}\n${document(line)}`);
    else print(text(line));
  }
  if (json) print(count === 0 ? '[]' : '\n]');
  else if (count === 0) progress(`No lines since ${new Date(query.since).toISOString()}; --since looks further back`);
}

async function followAndPrint(session: AwsSession, query: LogQuery, { json }: LogsOptions): Promise<void> {
  const show = json ? document : text;
  for await (const line of followLines(session, query, { onFailure })) {
    print(show(line));
    // Whoever read has gone, as in `modelapp logs --follow | head`.
    if (!process.stdout.writable) return;
  }
}

/** An outage of a minute is no reason to stop following, above all if something else fails at that time too. */
function onFailure(error: unknown): boolean {
  if (isTransient(error)) progress(`modelapp: ${reasonOf(error)}; trying again`);
  return isTransient(error);
}

const document = ({ at, stream, text }: LogLine): string => JSON.stringify({ at, stream, text });

const text = (line: LogLine): string => `${line.at.toISOString()}  ${shortTask(line.stream)}  ${line.text}`;

/** A stream is named after prefix, container and task. */
const shortTask = (stream: string): string => stream.slice(stream.lastIndexOf('/') + 1).slice(0, 8);

async function explain(
  session: AwsSession,
  service: ServiceName,
  { filter }: LogsOptions,
  error: Error,
): Promise<never> {
  if (error.name === 'ResourceNotFoundException') {
    const { name, state } = await requireStack(session, session.names.serviceStack(service));
    throw new CommandError(`${name} is ${state} and has no log yet`, ExitCode.absent);
  }
  if (error.name === 'InvalidParameterException' && filter !== undefined) {
    throw new CommandError(`--filter: ${reasonOf(error)}`, ExitCode.usage);
  }
  throw error;
}
