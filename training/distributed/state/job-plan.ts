import type { OnlineConf } from '../../conf/conf';
import type { Part } from '../../data/part';
import type { JobState } from './job-state';

/** What the workers of a job have to know. */
export interface JobPlan {
  readonly conf: OnlineConf;
  /** Of what must not change when the job is resumed. */
  readonly fingerprint: string;
  /** What a pass reads, by position. */
  readonly parts: readonly Part[];
  readonly workers: number;
  /** How many shards the keys are spread over. */
  readonly shards: number;
  readonly seed: number;
  /** Examples between two syncs of a worker at most; undefined for the bound over all workers. */
  readonly syncExamples: number | undefined;
}

/** How a job ended. */
export type Outcome =
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly message: string; readonly exitCode: number };

export const publishPlan = (state: JobState, plan: JobPlan): Promise<unknown> =>
  state.do((connection) => connection.set(state.keys.plan, JSON.stringify(plan)));

/** The plan of a job; undefined as long as no scheduler made one. */
export async function readPlan(state: JobState): Promise<JobPlan | undefined> {
  const text = await state.do((connection) => connection.get(state.keys.plan));
  return text === null ? undefined : (JSON.parse(text) as JobPlan);
}

/** Ends a job for all its processes; the first outcome counts. */
export const publishOutcome = (state: JobState, outcome: Outcome): Promise<unknown> =>
  state.do((connection) => connection.set(state.keys.outcome, JSON.stringify(outcome), 'NX'));

/** How a job ended; undefined if it goes on. */
export async function readOutcome(state: JobState): Promise<Outcome | undefined> {
  const text = await state.do((connection) => connection.get(state.keys.outcome));
  return text === null ? undefined : (JSON.parse(text) as Outcome);
}

/** A number for a new worker. */
export const newWorker = (state: JobState): Promise<number> =>
  state.do((connection) => connection.incr(state.keys.workers));
