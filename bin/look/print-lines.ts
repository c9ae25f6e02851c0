import { isTransient, reasonOf } from '../aws/errors';
import type { AwsSession } from '../aws/session';
import { print, progress } from '../output';
import { followLines, type LogLine, type LogQuery, readLines } from './log-lines';

export interface PrintOptions {
  readonly json?: boolean;
  readonly follow?: boolean;
  /**
   * Who wrote a line, as its text says between time and message.
   * @default the task alone
   */
  readonly author?: (line: LogLine) => string;
  /**
   * What the document of a line says further.
   * @default nothing
   */
  readonly more?: (line: LogLine) => object;
  /** Whether no more lines come, of those that are followed. */
  readonly ended?: () => Promise<boolean>;
}

/** Prints lines; those that are followed until they end, a signal ends the process, or nobody reads any more. */
export const printLines = (session: AwsSession, query: LogQuery, options: PrintOptions): Promise<void> =>
  (options.follow ? followAndPrint : readAndPrint)(session, query, options);

async function readAndPrint(session: AwsSession, query: LogQuery, options: PrintOptions): Promise<void> {
  const { json } = options;
  let count = 0;
  for await (const line of readLines(session, query)) {
    count++;
    if (json) process.stdout.write(`${count === 1 ? '[' : ','}\n${document(line, options)}`);
    else print(text(line, options));
  }
  if (json) print(count === 0 ? '[]' : '\n]');
  else if (count === 0) progress(`No lines since ${new Date(query.since).toISOString()}; --since looks further back`);
}

async function followAndPrint(session: AwsSession, query: LogQuery, options: PrintOptions): Promise<void> {
  const show = options.json ? document : text;
  const { ended } = options;
  for await (const line of followLines(session, query, { onFailure, ...(ended && { ended }) })) {
    print(show(line, options));
    // Whoever read has gone, as in `modelapp logs --follow | head`.
    if (!process.stdout.writable) return;
  }
}

/** An outage of a minute is no reason to stop following, above all if something else fails at that time too. */
function onFailure(error: unknown): boolean {
  if (isTransient(error)) progress(`modelapp: ${reasonOf(error)}; trying again`);
  return isTransient(error);
}

const document = (line: LogLine, { more }: PrintOptions): string => {
  const { at, stream, text } = line;
  return JSON.stringify({ at, stream, ...more?.(line), text });
};

const text = (line: LogLine, { author = shortTask }: PrintOptions): string =>
  `${line.at.toISOString()}  ${author(line)}  ${line.text}`;

/** The first characters of a task's id: a stream is named after prefix, container and task. */
export const shortTask = ({ stream }: Pick<LogLine, 'stream'>): string =>
  stream.slice(stream.lastIndexOf('/') + 1).slice(0, 8);
