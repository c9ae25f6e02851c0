import { keyAt, keyCount } from '../../../../learning/sparse/keys';
import { Checkpoints } from '../../../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../../../training/conf/conf';
import { type JobHome, type JobOptions, type LearnedJob, leadJob } from '../../../../training/distributed/lead-job';
import { type JobOnServers, onServers } from '../../../../training/distributed/on-servers';
import type { SchedulerReport } from '../../../../training/distributed/scheduler';
import type { SavedJob } from '../../../../training/distributed/state/job-state';
import { countingConf, countingParts, keySpace } from './counting';

/** A job on servers that counts keys. */
export interface CountingJob
  extends Counting,
    Pick<JobOnServers, 'job' | 'address'>,
    Partial<Pick<JobOnServers, 'replicas'>> {}

/** What there is to count. */
export interface Counting extends Partial<Pick<JobOptions, 'resume' | 'checkpointEvery' | 'signal' | 'begun'>> {
  readonly rows: number;
  readonly parts: number;
  readonly workers: number;
  /** Folder of the checkpoints. */
  readonly folder: string;
  readonly conf?: Partial<OnlineConf>;
  readonly syncExamples?: number;
  readonly seed?: number;
  readonly row?: SchedulerReport['row'];
  readonly warn?: (text: string) => void;
}

/** Leads a job on servers; the count of each key at its end. */
export const leadCountingJob = (given: CountingJob): Promise<readonly number[]> =>
  onServers({ isOwn: true, replicas: 0, ...given }, given.warn ?? (() => {}), (home) => leadCounting(home, given));

/** Leads a job, wherever it is; the count of each key at its end. */
export function leadCounting(home: JobHome, given: Counting): Promise<readonly number[]> {
  const { rows, parts, workers, conf, warn = () => {} } = given;
  const options: JobOptions = {
    resume: false,
    checkpointEvery: 60_000,
    signal: new AbortController().signal,
    ...given,
    plan: {
      conf: countingConf(conf),
      fingerprint: 'counting',
      parts: countingParts(rows, parts),
      workers,
      seed: given.seed ?? 1,
      syncExamples: given.syncExamples,
    },
    checkpoints: new Checkpoints<SavedJob>(given.folder),
    start: async function* () {},
    report: { row: given.row ?? (() => {}), warning: warn, lines: () => {} },
    order: (planned) => [...planned.keys()],
  };
  return leadJob(home, options, countsOfJob);
}

async function countsOfJob(job: LearnedJob): Promise<readonly number[]> {
  const counts = new Array<number>(keySpace).fill(0);
  for await (const { keys, sums } of job.sums()) {
    for (let i = 0; i < keyCount(keys); i++) counts[Number(keyAt(keys, i))] = sums.n[i]!;
  }
  return counts;
}
