import { fitsOneProcess, type JobSize, type TaskName, tasksOf } from '../../../config/training/training-task';
import { byAge, runningJobs } from '../../training/executions';
import { JobFailure } from '../failure';
import { type JobInput, parseJobInput } from '../job-input';
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
  const job = { ...sized(input), id };
  return {
    ...job,
    deadline: Date.parse(startedAt) + settings().maxJobHours * 3_600_000,
    waitUntil: waitFrom(now),
    workedAt: now,
    round: 0,
    resumes: 0,
    tasks: tasksFor(job).map((task) => ({ ...task, starts: 0, faults: 0 })),
    next: 'on',
  };
}

/** The job of a model has neither servers nor workers. */
const sized = (input: JobInput) =>
  'model' in input ? { ...input, servers: 0, replicas: 0, workers: 0 } : { ...input, replicas: input.replicas ?? 0 };

/** Our own engine needs nobody but its scheduler for a job that fits into one process. */
const tasksFor = (job: JobSize & { readonly image?: string | undefined }): readonly TaskName[] =>
  tasksOf(job).filter(({ role }) => job.image || role === 'scheduler' || !fitsOneProcess(job));

/** The id of the oldest job that runs; undefined if that is this one. */
export async function olderJob({ arn, id, startedAt }: Execution): Promise<string | undefined> {
  const own = { arn, id, startedAt: new Date(startedAt) };
  // The list lags behind, and need not hold this one yet.
  const others = (await runningJobs(settings().machine)).filter((other) => other.arn !== arn);
  const oldest = [own, ...others].sort(byAge)[0]!;
  return oldest === own ? undefined : oldest.id;
}
