import { once } from 'node:events';
import {
  type TaskName,
  type TaskRole,
  type TrainingJob,
  taskRestarts,
  tasksOf,
} from '../../config/training/training-task';
import { CommandError } from '../failure';
import type { TaskContainers } from './task-containers';

/** What becomes known of the tasks of a job. */
export interface TaskReport {
  /** A line that a task wrote. */
  line(task: TaskName, text: string): void;
  notice(text: string): void;
}

/**
 * Runs the tasks of another engine's job until its scheduler and its workers have ended well; its servers are left running.
 * @throws {CommandError} if a task fails too often; the signal's reason if it aborts
 */
export async function runTasks(
  job: TrainingJob,
  containers: TaskContainers,
  report: TaskReport,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const tasks = tasksOf(job);
  const all = (...roles: TaskRole[]) =>
    Promise.all(tasks.filter(({ role }) => roles.includes(role)).map((task) => runTask(task, containers, report)));
  const working = all('scheduler', 'worker');
  const aborted = once(signal, 'abort').then(() => signal.throwIfAborted());
  await Promise.race([working, all('server').then(() => working), aborted]);
}

/** Runs a task until it ends well. */
async function runTask(task: TaskName, containers: TaskContainers, report: TaskReport): Promise<void> {
  const name = `${task.role} ${task.index}`;
  for (let attempt = 0; !containers.areStopping; attempt++) {
    const exitCode = await containers.run(task, attempt, (text) => report.line(task, text));
    if (exitCode === 0) return;
    const failure = `with exit code ${exitCode}`;
    if (attempt === taskRestarts) throw new CommandError(`${name} failed ${attempt + 1} times, at last ${failure}`);
    report.notice(`${name} ended ${failure}, and is started again`);
  }
}
