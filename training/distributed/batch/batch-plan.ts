import type { BatchConf } from '../../conf/conf';
import type { Part } from '../../data/part';
import type { JobPlan } from '../state/job-plan';
import type { JobRecords } from '../state/valkey/job-records';

/** What the workers of a batch training have to know. It stands where an online training has its plan. */
export interface BatchPlan {
  readonly conf: BatchConf;
  /** Of what must not change when the job is resumed. */
  readonly fingerprint: string;
  /** Names what the job does from the start of its scheduler on, to tell it from what it did before. */
  readonly run: string;
  /** The parts of each seat; who takes a seat holds the rows of its parts. */
  readonly shares: readonly (readonly Part[])[];
  /** Prefix of the cache's files for the rows of the seats; undefined if nothing is kept. */
  readonly cache: string | undefined;
}

export type AnyPlan = JobPlan | BatchPlan;

export const isBatch = (plan: AnyPlan): plan is BatchPlan => plan.conf.kind === 'batch';

/** Tells all processes of a job what it is. */
export async function publishBatchPlan(records: JobRecords, plan: BatchPlan): Promise<void> {
  await records.do((connection) => connection.set(records.keys.plan, JSON.stringify(plan)));
}

/** The plan of a job of whatever kind; undefined as long as no scheduler made one. */
export async function readAnyPlan(records: JobRecords): Promise<AnyPlan | undefined> {
  const text = await records.do((connection) => connection.get(records.keys.plan));
  return text === null ? undefined : (JSON.parse(text) as AnyPlan);
}
