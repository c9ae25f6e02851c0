import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { AwsSession } from '../aws/session';
import type { VersionResources } from './resources';

export interface TasksStatus {
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** Such as `COMPLETED`, `IN_PROGRESS` or `FAILED`; undefined where ECS does not say. */
  readonly rollout: string | undefined;
  readonly rolloutReason: string | undefined;
  /** Tasks that are to run, the youngest first. */
  readonly tasks: readonly RunningTask[];
  /** Tasks that ended on their own in the last hour, the last first. ECS forgets them after about that time. */
  readonly failures: readonly FailedTask[];
  /** What the service said last. */
  readonly events: readonly { readonly at: Date; readonly text: string }[];
}

export interface RunningTask {
  readonly id: string;
  /** Such as `PENDING` or `RUNNING`. */
  readonly state: string;
  /** `HEALTHY`, `UNHEALTHY` or `UNKNOWN`, by the check of the container. */
  readonly health: string;
  readonly startedAt: Date | undefined;
}

export interface FailedTask {
  readonly id: string;
  readonly stoppedAt: Date | undefined;
  /** Why it ended, with the exit code of the container. */
  readonly reason: string;
}

const eventsShown = 3;

/** @returns undefined while there is no service */
export async function readTasks(session: AwsSession, resources: VersionResources): Promise<TasksStatus | undefined> {
  const { cluster, service: arn } = resources;
  if (!cluster || !arn) return undefined;
  const ecs = session.client(ECSClient);
  const [{ services }, tasks, stopped] = await Promise.all([
    ecs.send(new DescribeServicesCommand({ cluster, services: [arn] })),
    listTasks(ecs, { cluster, serviceName: arn, desiredStatus: 'RUNNING' }),
    listTasks(ecs, { cluster, serviceName: arn, desiredStatus: 'STOPPED' }),
  ]);
  const service = services?.[0];
  if (!service) return undefined;
  const primary = service.deployments?.find(({ status }) => status === 'PRIMARY');
  return {
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    rollout: primary?.rolloutState,
    rolloutReason: primary?.rolloutStateReason,
    tasks: tasks.sort(byDate('startedAt')).map(runningTask),
    failures: stopped.filter(endedOnItsOwn).sort(byDate('stoppedAt')).map(failedTask),
    events: (service.events ?? [])
      .slice(0, eventsShown)
      .map(({ createdAt, message }) => ({ at: createdAt!, text: message ?? '' })),
  };
}

interface TaskQuery {
  readonly cluster: string;
  /**
   * ARN.
   * @default tasks of the whole cluster
   */
  readonly serviceName?: string;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
}

/** One page holds 100 tasks, which is as many as ECS describes at once, and more than a page of text should show. */
export async function listTasks(ecs: ECSClient, query: TaskQuery): Promise<Task[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand(query));
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: query.cluster, tasks: taskArns }));
  return tasks;
}

/** Not because the service wanted fewer tasks, or others, nor because a person stopped it. */
export const endedOnItsOwn = ({ stopCode, stoppedReason = '' }: Task): boolean =>
  stopCode !== 'UserInitiated' && !stoppedReason.startsWith('Scaling activity initiated');

export const runningTask = (task: Task): RunningTask => ({
  id: idOf(task),
  state: task.lastStatus ?? 'UNKNOWN',
  health: task.healthStatus ?? 'UNKNOWN',
  startedAt: task.startedAt,
});

export function failedTask(task: Task): FailedTask {
  const containers = (task.containers ?? []).flatMap(({ exitCode, reason }) => [
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(reason ? [reason] : []),
  ]);
  const reasons = [task.stoppedReason ?? task.stopCode ?? 'ECS gives no reason', ...containers];
  return { id: idOf(task), stoppedAt: task.stoppedAt, reason: reasons.join('; ') };
}

const idOf = ({ taskArn = '' }: Task): string => taskArn.slice(taskArn.lastIndexOf('/') + 1);

/** The latest first; what has no date yet is the latest. */
export const byDate =
  (key: 'startedAt' | 'stoppedAt') =>
  (a: Task, b: Task): number =>
    (b[key]?.getTime() ?? Infinity) - (a[key]?.getTime() ?? Infinity) || 0;
