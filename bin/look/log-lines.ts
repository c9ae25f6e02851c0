import { setTimeout } from 'node:timers/promises';
import { CloudWatchLogsClient, type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { AwsSession } from '../aws/session';

/** Which lines of log groups. */
export interface LogQuery {
  readonly groups: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  /**
   * Milliseconds since the epoch.
   * @default no end
   */
  readonly until?: number | undefined;
  /**
   * Name of the only stream to read.
   * @default all of the group
   */
  readonly stream?: string | undefined;
  /** CloudWatch Logs filter pattern. */
  readonly filter?: string | undefined;
}

export interface LogLine {
  readonly at: Date;
  /** Name of the group. */
  readonly group: string;
  /** Name of the stream: one per task. */
  readonly stream: string;
  readonly text: string;
}

/** The lines that are there, in order of time. */
export async function* readLines(session: AwsSession, query: LogQuery): AsyncGenerator<LogLine> {
  for await (const event of events(session, query)) yield line(event);
}

export interface FollowOptions {
  /** Milliseconds between two looks. */
  readonly pollMs?: number;
  /**
   * Told of a look that failed.
   * @returns whether to look again
   */
  readonly onFailure: (error: unknown) => boolean;
  /**
   * Whether no more lines come: asked before each look, of which the one after that is the last.
   * @default lines come without end
   */
  readonly ended?: () => Promise<boolean>;
}

/** A line may become visible later than others that are younger: each look begins so far before the youngest one seen … */
const overlapMs = 60_000;
/** … but no further back than this, else a look for rare lines would go through ever more of the log. */
const longestOverlapMs = 600_000;

/** The lines that are there and those that come, each once, until they end. */
export async function* followLines(
  session: AwsSession,
  query: LogQuery,
  options: FollowOptions,
): AsyncGenerator<LogLine> {
  let seen = new Map<string, number>();
  let { since } = query;
  for (;;) {
    const started = Date.now();
    let youngest = 0;
    try {
      const last = (await options.ended?.()) ?? false;
      for await (const event of events(session, { ...query, since })) {
        if (seen.has(event.eventId!)) continue;
        seen.set(event.eventId!, event.timestamp!);
        yield line(event);
      }
      for (const timestamp of seen.values()) youngest = Math.max(youngest, timestamp);
      since = Math.max(since, youngest - overlapMs, started - longestOverlapMs);
      seen = new Map([...seen].filter(([, timestamp]) => timestamp >= since));
      if (last) return;
    } catch (error) {
      // Where the look ended is not known to `since`, so that the next one misses nothing.
      if (!options.onFailure(error)) throw error;
    }
    await setTimeout(options.pollMs ?? 2_000);
  }
}

/** An event, and the group that it is of. */
interface GroupEvent extends FilteredLogEvent {
  readonly group: string;
}

/** The events of all groups, in order of time. */
async function* events(session: AwsSession, query: LogQuery): AsyncGenerator<GroupEvent> {
  const sources = query.groups.map((group) => groupEvents(session, group, query));
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let first: number | undefined;
    for (const [index, { done, value }] of heads.entries()) {
      if (!done && (first === undefined || value.timestamp! < heads[first]!.value.timestamp)) first = index;
    }
    if (first === undefined) return;
    yield heads[first]!.value;
    heads[first] = await sources[first]!.next();
  }
}

async function* groupEvents({ client }: AwsSession, group: string, query: LogQuery): AsyncGenerator<GroupEvent> {
  let nextToken: string | undefined;
  do {
    const page = await client(CloudWatchLogsClient).send(
      new FilterLogEventsCommand({
        logGroupName: group,
        startTime: query.since,
        endTime: query.until,
        logStreamNames: query.stream === undefined ? undefined : [query.stream],
        filterPattern: query.filter,
        nextToken,
      }),
    );
    for (const event of page.events ?? []) yield { ...event, group };
    nextToken = page.nextToken;
  } while (nextToken);
}

const line = ({ group, timestamp, logStreamName, message }: GroupEvent): LogLine => ({
  group,
  at: new Date(timestamp!),
  stream: logStreamName ?? '',
  text: (message ?? '').trimEnd(),
});
