import { keyAt, keyCount } from '../../../../learning/sparse/keys';
import { Checkpoints } from '../../../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../../../training/conf/conf';
import { type JobOptions, type LearnedJob, leadJob } from '../../../../training/distributed/lead-job';
import type { SavedJob } from '../../../../training/distributed/saved-job';
import type { StoreAddress } from '../../../../training/store/servers/servers';
import { countingConf, countingParts, keySpace } from './counting';

/** A job that counts keys. */
export interface CountingJob extends Partial<Pick<JobOptions, 'resume' | 'replicas' | 'checkpointEvery' | 'signal'>> {
  readonly job: string;
  readonly address: StoreAddress;
  readonly rows: number;
  readonly parts: number;
  readonly workers: number;
  /** Folder of the checkpoints. */
  readonly folder: string;
  readonly conf?: Partial<OnlineConf>;
  readonly syncExamples?: number;
  readonly warn?: (text: string) => void;
}

/** Leads the job; the count of each key at its end. */
export function leadCountingJob(given: CountingJob): Promise<readonly number[]> {
  const { rows, parts, workers, conf, warn = () => {} } = given;
  const options: JobOptions = {
    replicas: 0,
    resume: false,
    checkpointEvery: 60_000,
    signal: new AbortController().signal,
    ...given,
    plan: {
      conf: countingConf(conf),
      fingerprint: 'counting',
      parts: countingParts(rows, parts),
      workers,
      seed: 1,
      syncExamples: given.syncExamples,
    },
    checkpoints: new Checkpoints<SavedJob>(given.folder),
    start: async function* () {},
    report: { row: () => {}, warning: warn, lines: () => {} },
    order: (planned) => [...planned.keys()],
  };
  return leadJob(options, countsOfJob);
}

async function countsOfJob(job: LearnedJob): Promise<readonly number[]> {
  const counts = new Array<number>(keySpace).fill(0);
  for await (const { keys, sums } of job.sums()) {
    for (let i = 0; i < keyCount(keys); i++) counts[Number(keyAt(keys, i))] = sums.n[i]!;
  }
  return counts;
}
