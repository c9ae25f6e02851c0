import type { TaskRole } from '../../../config/training/training-task';
import { stopTask } from '../../training/tasks';
import { JobFailure, schedulerFailure } from '../failure';
import { type JobState, refuseLate, type TaskEnd, waitFrom } from '../job-state';
import { settings } from '../settings';
import { followTasks, howEnded, startMissing, tasksOfRole } from '../tasks/follow-tasks';

/** How often a job goes on from its checkpoint. */
const mostResumes = 3;

/** Exit code of a scheduler that lost its servers or its store, and has a checkpoint. */
const lostStore = 4;

/**
 * Looks after a job that works: starts again what was lost, until the job is done.
 * @returns `on` when it is done, `resume` when it has to begin again from its checkpoint
 * @throws {JobFailure} if it failed, or takes too long
 */
export async function work(job: JobState, now: number): Promise<JobState> {
  const followed = await followTasks(job);
  if (isDone(followed)) return { ...followed, next: 'on' };
  const end = tasksOfRole(followed, 'scheduler')[0]?.end;
  if (end && !job.image && !end.taken) {
    if (end.exitCode === lostStore && job.resumes < mostResumes) return resume(followed, now);
    if (isVerdict(end)) throw new JobFailure(schedulerFailure(end.exitCode), `the scheduler ended ${howEnded(end)}`);
  }
  refuseLate(followed, now);
  const started = await startMissing(followed, lookedAfter(followed));
  return { ...started, workedAt: lastWorkedAt(started, now), next: 'again' };
}

/** Our scheduler ends when all is done; of another engine the workers have to end too. */
function isDone(job: JobState): boolean {
  const waitedFor: readonly TaskRole[] = job.image ? ['scheduler', 'worker'] : ['scheduler'];
  return waitedFor.every((role) => tasksOfRole(job, role).every(({ end }) => end?.exitCode === 0));
}

/** Exit codes by which our scheduler says that the job failed; by others it was ended. */
const isVerdict = ({ exitCode = 0 }: TaskEnd): boolean => exitCode >= 1 && exitCode <= 5;

/** Our scheduler knows when it can do without a server; what other engines do is not known. */
const lookedAfter = ({ image }: JobState): readonly TaskRole[] =>
  image ? ['scheduler', 'server', 'worker'] : ['scheduler', 'worker'];

/** @throws {JobFailure} `NoCapacity` if no worker has been there for too long */
function lastWorkedAt(job: JobState, now: number): number {
  const workers = tasksOfRole(job, job.model === undefined ? 'worker' : 'scheduler');
  // Where the scheduler does the job alone it is looked after like any other task.
  if (workers.length === 0) return now;
  if (workers.some(({ arn, end }) => arn && (!end || end.exitCode === 0))) return now;
  const minutes = settings().capacityWaitMinutes;
  if (now - job.workedAt <= minutes * 60_000) return job.workedAt;
  const reason = workers.find(({ refusal }) => refusal)?.refusal ?? 'they end at once';
  throw new JobFailure(
    'NoCapacity',
    `${job.model === undefined ? 'no worker' : 'nothing'} could be started for ${minutes} minutes: ${reason}`,
  );
}

/**
 * Everything begins again: servers at new addresses are empty, and a running task keeps the addresses that it was told. That
 * tasks failed without their servers was not their fault.
 */
async function resume(job: JobState, now: number): Promise<JobState> {
  for (const { arn, end } of job.tasks) {
    if (arn && !end) await stopTask(settings().cluster, arn, 'the job begins again from its checkpoint');
  }
  const tasks = job.tasks.map(({ role, index, starts }) => ({ role, index, starts, faults: 0 }));
  return { ...job, tasks, resumes: job.resumes + 1, waitUntil: waitFrom(now), next: 'resume' };
}
