import type { OnlineConf } from '../../conf/conf';
import type { Part } from '../../data/part';

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
