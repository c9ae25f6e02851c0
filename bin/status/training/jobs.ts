import type { AwsSession } from '../../aws/session';
import { doingOf, type Job, recentJobs } from '../../remote-training/jobs';
import { jobMachine } from '../../remote-training/place';

/** How many jobs are shown. */
const shown = 5;

/** A job, and what it does now if it runs. */
export type JobStatus = Job & { readonly doing?: string };

/**
 * The jobs that started last, the youngest first.
 * @returns undefined while there is no state machine
 */
export async function readJobs(session: AwsSession): Promise<readonly JobStatus[] | undefined> {
  const place = jobMachine(session);
  const jobs = await recentJobs(session, place, shown).catch((error) => {
    if (error.name === 'StateMachineDoesNotExist') return undefined;
    throw error;
  });
  return (
    jobs &&
    Promise.all(
      jobs.map(async (job) => {
        const doing = job.state === 'running' ? await doingOf(session, place, job.id) : undefined;
        return { ...job, ...(doing && { doing }) };
      }),
    )
  );
}
