import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { AwsSession } from '../aws/session';
import { CommandError } from '../failure';
import type { LogLine } from '../look/log-lines';
import { readLines } from '../look/log-lines';

/** Where a one-off task runs: beside the tasks of a service, from the same definition. */
export interface TaskPlace {
  readonly cluster: string;
  /** ARN of the service. */
  readonly service: string;
  /** Where its lines go. */
  readonly logGroup: string;
}

/** How a one-off task ended. */
export interface EndedTask {
  readonly exitCode: number;
  readonly lines: readonly LogLine[];
}

const pollMs = 2_000;

/** The name that the stacks give the container of a service, and the first part of its streams. */
const [container, prefix] = ['service', 'task/service/'];

/** How long a task may wait for its image and take; it goes on beyond that, unwatched. */
const longestMs = 15 * 60_000;

/** How often the log is read of a task that has ended, before it is taken to have said nothing. */
const logReads = 10;

/**
 * Runs a command of the image as a task of its own, and waits for its end.
 * @throws {CommandError} if it does not start, or has not ended in time
 */
export async function runOneOffTask(
  session: AwsSession,
  place: TaskPlace,
  command: readonly string[],
): Promise<EndedTask> {
  const since = Date.now() - 60_000;
  const started = await start(session, place, command);
  const id = started.slice(started.lastIndexOf('/') + 1);
  const { containers = [], stoppedReason = 'ECS gives no reason' } = await ended(session, place, started);
  const { exitCode, reason } = containers[0] ?? {};
  if (exitCode === undefined) {
    throw new CommandError(`the task ${id} did not run: ${[stoppedReason, reason].filter(Boolean).join('; ')}`);
  }
  const lines = await settledLines(session, { groups: [place.logGroup], since, stream: `${prefix}${id}` });
  return { exitCode, lines };
}

async function start(session: AwsSession, place: TaskPlace, command: readonly string[]): Promise<string> {
  const ecs = session.client(ECSClient);
  const { cluster, service } = place;
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const { tasks = [], failures = [] } = await ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: services[0]?.taskDefinition,
      launchType: 'EC2',
      startedBy: 'modelapp events',
      overrides: { containerOverrides: [{ name: container, command: [...command] }] },
    }),
  );
  const arn = tasks[0]?.taskArn;
  if (arn) return arn;
  const reasons = failures.map(({ reason }) => reason).join(', ') || 'ECS gives no reason';
  throw new CommandError(`no task could be started (${reasons}): its machines may be full, see modelapp status events`);
}

async function ended(session: AwsSession, { cluster }: TaskPlace, task: string): Promise<Task> {
  const giveUp = Date.now() + longestMs;
  for (;;) {
    const { tasks = [] } = await session.client(ECSClient).send(new DescribeTasksCommand({ cluster, tasks: [task] }));
    if (tasks[0]?.lastStatus === 'STOPPED') return tasks[0];
    if (Date.now() > giveUp) throw new CommandError(`the task still runs, see modelapp logs events: ${task}`);
    await sleep(pollMs);
  }
}

/** Lines become visible some time after they were written: two reads that find the same have found all. */
async function settledLines(session: AwsSession, query: Parameters<typeof readLines>[1]): Promise<readonly LogLine[]> {
  let found: readonly LogLine[] = [];
  for (let read = 0; read < logReads; read += 1) {
    const lines: LogLine[] = [];
    for await (const line of readLines(session, query)) lines.push(line);
    if (lines.length > 0 && lines.length === found.length) return lines;
    found = lines;
    await sleep(pollMs);
  }
  return found;
}
