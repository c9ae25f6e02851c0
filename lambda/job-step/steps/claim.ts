import { tasksOf } from '../../../config/training-task';
import { byAge, runningJobs } from '../../training/executions';
import { JobFailure } from '../failure';
import { parseJobInput } from '../job-input';
import { type Execution, type JobState, waitFrom } from '../job-state';
import { settings } from '../settings';

/**
 * Makes the oldest job that runs the one that has the fleet.
 * @throws {JobFailure} `Busy` if another has it, `InvalidJob`
 */
export async function claim(execution: Execution, now: number): Promise<JobState> {
  const input = parseJobInput(execution.input);
  const older = await olderJob(execution);
  if (older) {
    throw new JobFailure('Busy', `the job ${older} runs, and the fleet does one at a time: start this one again later`);
  }
  const { id, startedAt } = execution;
  const job = { ...input, id, replicas: input.replicas ?? 0 };
  return {
    ...job,
    deadline: Date.parse(startedAt) + settings().maxJobHours * 3_600_000,
    waitUntil: waitFrom(now),
    workedAt: now,
    round: 0,
    resumes: 0,
    tasks: tasksOf(job).map((task) => ({ ...task, starts: 0, faults: 0 })),
    next: 'on',
  };
}

/** The id of the oldest job that runs; undefined if that is this one. */
export async function olderJob({ arn, id, startedAt }: Execution): Promise<string | undefined> {
  const own = { arn, id, startedAt: new Date(startedAt) };
  // The list lags behind, and need not hold this one yet.
  const others = (await runningJobs(settings().machine)).filter((other) => other.arn !== arn);
  const oldest = [own, ...others].sort(byAge)[0]!;
  return oldest === own ? undefined : oldest.id;
}
