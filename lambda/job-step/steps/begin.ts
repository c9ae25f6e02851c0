import type { TaskRole } from '../../../config/training/training-task';
import { JobFailure } from '../failure';
import { type JobState, refuseLate, type TaskState, waitFrom } from '../job-state';
import { settings } from '../settings';
import { followTasks, startMissing, tasksOfRole } from '../tasks/follow-tasks';

/** Starts the servers and waits for their addresses, which all others are told. */
export const beginServers = (job: JobState, now: number): Promise<JobState> => begin(job, 'server', now);

/** Starts the scheduler and waits for its address. One that ends at once has begun too: the next step reads why. */
export const beginScheduler = (job: JobState, now: number): Promise<JobState> => begin(job, 'scheduler', now);

/** @throws {JobFailure} `NoCapacity` if there is no room in time, `TaskFailed` */
async function begin(job: JobState, role: TaskRole, now: number): Promise<JobState> {
  refuseLate(job, now);
  const followed = await followTasks(job);
  if (tasksOfRole(followed, role).every(hasBegun)) {
    return { ...followed, waitUntil: waitFrom(now), workedAt: now, next: 'on' };
  }
  const started = await startMissing(followed, [role]);
  if (now > job.waitUntil) throw notBegun(started, role);
  return { ...started, next: 'again' };
}

const hasBegun = ({ role, address, end }: TaskState): boolean => (end ? role === 'scheduler' : address !== undefined);

function notBegun(job: JobState, role: TaskRole): JobFailure {
  const missing = tasksOfRole(job, role).filter((task) => !hasBegun(task));
  const names = missing.map(({ index }) => `${role} ${index}`).join(', ');
  const reason = missing.find(({ refusal }) => refusal)?.refusal ?? 'no address';
  const minutes = settings().capacityWaitMinutes;
  return new JobFailure('NoCapacity', `${names} could not be started within ${minutes} minutes: ${reason}`);
}
