import { taskKinds } from '../../config/training/training-task';
import { type AwsSession, withSession } from '../aws/session';
import type { LogsOptions } from '../commands/aws/logs';
import { CommandError, ExitCode } from '../failure';
import { type Job, readJob } from '../remote-training/jobs';
import { requireTraining, type TrainingPlace } from '../remote-training/place';
import type { LogLine, LogQuery } from './log-lines';
import { explainLogs, recently } from './logs';
import { type PrintOptions, printLines, shortTask } from './print-lines';

/**
 * Tasks that are told to end may write for so long after their job, and those of the next job, which waits for machines,
 * do not write yet.
 */
const lastWordsMs = 120_000;

/** Prints what the tasks of training jobs wrote: of one job from its start, or of whichever run. */
export const trainingLogs = (jobId: string | undefined, options: LogsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const { names } = session;
    const place = await requireTraining(session);
    const groups = (options.role ? [options.role] : taskKinds).map((role) => names.trainingLogGroup(role));
    const ofJob = jobId === undefined ? undefined : await readJob(session, place, jobId);
    const query = { groups, filter: options.filter, ...span(ofJob, options) };
    await printLines(session, query, { ...options, ...format, ...(ofJob && untilEnd(session, place, ofJob)) }).catch(
      (error) => explainLogs(session, names.trainingStack, options, error),
    );
  });

/** Jobs run one at a time, so that the lines of a time are those of a job. */
function span(job: Job | undefined, { since }: LogsOptions): Pick<LogQuery, 'since' | 'until'> {
  if (!job) return { since: (since ?? recently()).getTime() };
  if (job.state === 'failed' && job.error === 'Busy') {
    throw new CommandError(`the job ${job.id} has no lines: ${job.cause}`, ExitCode.absent);
  }
  const { startedAt, endedAt } = job;
  return {
    since: Math.max(startedAt.getTime(), since?.getTime() ?? 0),
    ...(endedAt && { until: endedAt.getTime() + lastWordsMs }),
  };
}

/** Follows the lines of a job no longer than it runs. */
const untilEnd = (session: AwsSession, place: TrainingPlace, { id }: Job): Pick<PrintOptions, 'ended'> => ({
  ended: async () => (await readJob(session, place, id)).state !== 'running',
});

const roleOf = ({ group }: LogLine): string => group.slice(group.lastIndexOf('/') + 1);

const format: Pick<PrintOptions, 'author' | 'more'> = {
  author: (line) => `${roleOf(line).padEnd('scheduler'.length)} ${shortTask(line)}`,
  more: (line) => ({ role: roleOf(line) }),
};
