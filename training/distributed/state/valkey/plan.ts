import type { JobPlan, Outcome } from '../job-plan';
import type { JobRecords } from './job-records';

/** Tells all processes of a job what it is. */
export async function publishPlan(records: JobRecords, plan: JobPlan): Promise<void> {
  await records.do((connection) => connection.set(records.keys.plan, JSON.stringify(plan)));
}

/** The plan of a job; undefined as long as no scheduler made one. */
export async function readPlan(records: JobRecords): Promise<JobPlan | undefined> {
  const text = await records.do((connection) => connection.get(records.keys.plan));
  return text === null ? undefined : (JSON.parse(text) as JobPlan);
}

/** Ends a job for all its processes; the first outcome counts. */
export async function publishOutcome(records: JobRecords, outcome: Outcome): Promise<void> {
  await records.do((connection) => connection.set(records.keys.outcome, JSON.stringify(outcome), 'NX'));
}

/** How a job ended; undefined if it goes on. */
export async function readOutcome(records: JobRecords): Promise<Outcome | undefined> {
  const text = await records.do((connection) => connection.get(records.keys.outcome));
  return text === null ? undefined : (JSON.parse(text) as Outcome);
}

/** A number for a new worker. */
export const newWorker = (records: JobRecords): Promise<number> =>
  records.do((connection) => connection.incr(records.keys.workers));
