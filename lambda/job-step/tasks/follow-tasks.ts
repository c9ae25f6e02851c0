import type { Task } from '@aws-sdk/client-ecs';
import { type TaskRole, taskRestarts } from '../../../config/training/training-task';
import { describeTasks } from '../../training/tasks';
import { JobFailure } from '../failure';
import type { JobState, TaskEnd, TaskState } from '../job-state';
import { type RoleSettings, settings, startOf } from '../settings';
import { pointHostNames } from './host-names';
import { startTask } from './start-task';

/** Exit code of a process that SIGTERM ended, as when its machine goes. */
const terminated = 143;

/** The job with what ECS knows now of its tasks; their host names lead to where they are. */
export async function followTasks(job: JobState): Promise<JobState> {
  const arns = job.tasks.flatMap(({ arn, end }) => (arn && !end ? [arn] : []));
  const seen = new Map((await describeTasks(settings().cluster, arns)).map((task) => [task.taskArn, task]));
  const tasks = job.tasks.map((task) => withNews(job, task, seen.get(task.arn)));
  await pointHostNames(tasks.filter(({ address }, index) => address && address !== job.tasks[index]!.address));
  return { ...job, tasks };
}

function withNews(job: JobState, task: TaskState, seen: Task | undefined): TaskState {
  if (!seen) return task;
  const address = addressOf(seen) ?? task.address;
  const end = seen.lastStatus === 'STOPPED' ? endOf(startOf(job, task.role), seen) : undefined;
  return { ...task, ...(address && { address }), ...(end && { end }) };
}

const addressOf = ({ attachments = [] }: Task): string | undefined =>
  attachments.flatMap(({ details = [] }) => details).find(({ name }) => name === 'privateIPv4Address')?.value;

function endOf(
  start: RoleSettings,
  { containers = [], stopCode, stoppedReason = 'ECS gives no reason' }: Task,
): TaskEnd {
  const { exitCode, reason } = containers.find(({ name }) => name === start.container) ?? {};
  const spot = stopCode === 'SpotInterruption' || stopCode === 'TerminationNotice';
  const lost = exitCode === undefined && stopCode !== 'TaskFailedToStart';
  return {
    ...(exitCode !== undefined && { exitCode }),
    reason: [stoppedReason, reason].filter(Boolean).join('; '),
    taken: spot || lost || exitCode === terminated,
  };
}

/**
 * Starts the tasks of some roles that are not there; those that ended otherwise than well too.
 * @throws {JobFailure} `TaskFailed` if one has failed too often
 */
export async function startMissing(job: JobState, roles: readonly TaskRole[]): Promise<JobState> {
  const tasks: TaskState[] = [];
  for (const task of job.tasks) {
    tasks.push(roles.includes(task.role) && isMissing(task) ? await startTask(job, withFault(task)) : task);
  }
  return { ...job, tasks };
}

const isMissing = ({ arn, end }: TaskState): boolean => !arn || (end !== undefined && end.exitCode !== 0);

/** The task with its end counted, if that was its own fault. */
function withFault(task: TaskState): TaskState {
  const { role, index, end } = task;
  if (!end || end.taken) return task;
  const faults = task.faults + 1;
  if (faults > taskRestarts) {
    throw new JobFailure('TaskFailed', `${role} ${index} failed ${faults} times, at last ${howEnded(end)}`);
  }
  return { ...task, faults };
}

/** `with exit code 1 (Essential container in task exited)` */
export const howEnded = ({ exitCode, reason }: TaskEnd): string =>
  exitCode === undefined ? `without exit code (${reason})` : `with exit code ${exitCode} (${reason})`;

export const tasksOfRole = ({ tasks }: JobState, role: TaskRole): readonly TaskState[] =>
  tasks.filter((task) => task.role === role);
