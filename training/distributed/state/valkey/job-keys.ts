/**
 * The names of what a job keeps on the servers beside its parameters. All have the same hash tag and so live on one
 * server, where scripts may use them together.
 */
export interface JobKeys {
  /** String: what the job is, as JSON; there once the job may be worked on. */
  readonly plan: string;
  /** String: how the job ended, as JSON; not there before. */
  readonly outcome: string;
  /** Stream: the parts to train on; its consumer group is the workers. */
  readonly work: string;
  /** Set: passes whose parts were put into the stream. */
  readonly passes: string;
  /** Hash: part of a pass → how much of it is done. */
  readonly offsets: string;
  /** Hash: part of a pass → number of the worker that has it. */
  readonly owners: string;
  /** Hash: part of a pass → how many workers died of it. */
  readonly deaths: string;
  /** Hash: worker → number of the last sync that was recorded. */
  readonly recorded: string;
  /** Hash: worker → what it knew beside the sums when it last stood still, as JSON. */
  readonly learners: string;
  /** Stream: what the workers learned, sync by sync. */
  readonly progress: string;
  /** String: examples learned from so far, all workers together. */
  readonly examples: string;
  /** String: how many times the interval between syncs was halved. */
  readonly halvings: string;
  /** Hash: active worker → how many syncs it is on. */
  readonly ticks: string;
  /** Hash: worker, or `scheduler` → when it was last heard of, in milliseconds of the server's clock. */
  readonly heard: string;
  /** String: the tick at which all workers stand still; not there while they need not. */
  readonly stop: string;
  /** String: how many workers there ever were. */
  readonly workers: string;
}

/** The names for a job. */
export function jobKeys(job: string): JobKeys {
  const name = (what: string): string => `modelapp:{${job}}:${what}`;
  return {
    plan: name('plan'),
    outcome: name('outcome'),
    work: name('work'),
    passes: name('passes'),
    offsets: name('offsets'),
    owners: name('owners'),
    deaths: name('deaths'),
    recorded: name('recorded'),
    learners: name('learners'),
    progress: name('progress'),
    examples: name('examples'),
    halvings: name('halvings'),
    ticks: name('ticks'),
    heard: name('heard'),
    stop: name('stop'),
    workers: name('workers'),
  };
}
