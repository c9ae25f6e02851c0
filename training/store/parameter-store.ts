import type { Sums } from '../../learning/linear/sums';
import type { Keys } from '../../learning/sparse/keys';

export type { Sums };

/** What a sync did to the shared sums, key by key in the same order. */
export interface SyncedSums {
  readonly before: Sums;
  readonly after: Sums;
}

/** The sums of all keys of a training, which are saved with it. */
export interface StoredSums {
  /** All keys, in no particular order, in portions. */
  export(): AsyncIterable<{ readonly keys: Keys; readonly sums: Sums }>;
  /** Takes over keys and their sums; those it has are replaced. */
  restore(keys: Keys, sums: Sums): Promise<void>;
}

/** The sums of all keys of a training, as it learns on them. Calls of one worker are answered in order. */
export interface ParameterStore extends StoredSums {
  /** The sums of distinct keys; 0 and 0 for a key that is new. */
  pull(keys: Keys): Promise<Sums>;
  /**
   * Adds to the sums of distinct keys, each atomically.
   * @returns the sums after it
   */
  push(keys: Keys, deltas: Sums): Promise<Sums>;
}

/** What the workers of a job share, as one of them learns on it: others may see what it pushed only once it has synced. */
export interface WorkerStore extends Pick<ParameterStore, 'pull'> {
  /** Makes ready for pulls of the keys of several minibatches, which it asks for at once where that takes its time. */
  fetch(minibatches: readonly Keys[]): Promise<void>;
  /** Adds to the sums of distinct keys, as later pulls of this worker show. */
  push(keys: Keys, deltas: Sums): Promise<void>;
  /** Lets others see what was pushed since the last sync, and sees what they pushed. */
  sync(): Promise<SyncedSums>;
  /** Does as `sync` for a few keys that most examples have: there the steps that workers take at once add up most. */
  syncFrequent(): Promise<SyncedSums>;
  /** Says that a worker has done `tick` syncs; resolves when it may go on. */
  clock(worker: number, tick: number): Promise<void>;
}
