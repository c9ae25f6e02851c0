import { ECSClient, type Task } from '@aws-sdk/client-ecs';
import type { AwsSession } from '../../aws/session';
import { byDate, endedOnItsOwn, type FailedTask, failedTask, listTasks, type RunningTask, runningTask } from '../tasks';

/** What a task does in its job: `scheduler`, `server` or `worker`. */
interface OfRole {
  readonly role: string;
}

/** The tasks of training jobs. */
export interface TrainingTasks {
  /** Tasks that are to run, the youngest first. */
  readonly tasks: readonly (RunningTask & OfRole)[];
  /** Tasks that failed by themselves in the last hour, the last first. ECS forgets them after about that time. */
  readonly failures: readonly (FailedTask & OfRole)[];
}

/** @returns undefined while there is no cluster */
export async function readTrainingTasks(
  { client }: AwsSession,
  cluster: string | undefined,
): Promise<TrainingTasks | undefined> {
  if (!cluster) return undefined;
  const ecs = client(ECSClient);
  const [running, stopped] = await Promise.all([
    listTasks(ecs, { cluster, desiredStatus: 'RUNNING' }),
    listTasks(ecs, { cluster, desiredStatus: 'STOPPED' }),
  ]);
  return {
    tasks: running.sort(byDate('startedAt')).map((task) => ({ role: roleOf(task), ...runningTask(task) })),
    failures: stopped
      .filter((task) => endedOnItsOwn(task) && task.containers?.some(({ exitCode }) => exitCode !== 0))
      .sort(byDate('stoppedAt'))
      .map((task) => ({ role: roleOf(task), ...failedTask(task) })),
  };
}

/** A task has one container, which bears the name of its role. */
const roleOf = ({ containers }: Task): string => containers?.[0]?.name ?? '';
