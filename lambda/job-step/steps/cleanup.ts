import { startedBy } from '../../training/executions';
import { emptyFleet, machinesOf } from '../../training/fleet';
import { forgetHosts } from '../../training/host-names';
import { liveTasks, stopTask } from '../../training/tasks';
import { type CaughtError, JobFailure, messageOf } from '../failure';
import type { Execution, Next } from '../job-state';
import { settings } from '../settings';
import { forgetImage } from '../tasks/custom-image';
import { olderJob } from './claim';

/** How far a cleanup is, and what the execution says in the end. */
export interface CleanupState {
  /** When it gives up, in milliseconds since the epoch. */
  readonly giveUpAt: number;
  /** `on` when no machine is left. */
  readonly next: Exclude<Next, 'resume'>;
  /** Why the job failed, in words for people; empty if it did not. */
  readonly message: string;
}

/** How long the last machine may take to end. */
const longestMinutes = 20;

/**
 * Stops all tasks of a job and gives its machines back. A job that never had the fleet leaves it to the one that has.
 * @throws {JobFailure} `MachinesLeft` if the machines do not end
 */
export async function cleanup(
  execution: Execution,
  now: number,
  failure: CaughtError | undefined,
  before: CleanupState | undefined,
): Promise<CleanupState> {
  const giveUpAt = before?.giveUpAt ?? now + longestMinutes * 60_000;
  const message = failure ? messageOf(failure) : '';
  const { cluster, fleet, zone } = settings();
  for (const { taskArn } of await liveTasks(cluster, startedBy(execution.id))) {
    await stopTask(cluster, taskArn!, 'the job has ended');
  }
  await forgetImage(execution.id);
  if (await olderJob(execution)) return { giveUpAt, message, next: 'on' };

  await emptyFleet(fleet);
  await forgetHosts(zone.id);
  const machines = await machinesOf(fleet);
  if (machines > 0 && now > giveUpAt) {
    throw new JobFailure('MachinesLeft', `${machines} machines still run, ${longestMinutes} minutes after the job`);
  }
  return { giveUpAt, message, next: machines > 0 ? 'again' : 'on' };
}
