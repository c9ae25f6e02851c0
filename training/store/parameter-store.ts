import type { Sums } from '../../learning/linear/sums';
import type { Keys } from '../../learning/sparse/keys';

export type { Sums };

/** Where the workers of a job share what they learned. Calls of one worker are answered in order. */
export interface ParameterStore {
  /** The sums of distinct keys; 0 and 0 for a key that is new. */
  pull(keys: Keys): Promise<Sums>;
  /**
   * Adds to the sums of distinct keys, each atomically.
   * @returns the sums after it
   */
  push(keys: Keys, deltas: Sums): Promise<Sums>;
  /** Says that a worker has done `tick` syncs; resolves when it may go on. */
  clock(worker: number, tick: number): Promise<void>;
  /** All keys, in no particular order, in portions. */
  export(): AsyncIterable<{ readonly keys: Keys; readonly sums: Sums }>;
  /** Takes over keys and their sums; those it has are replaced. */
  restore(keys: Keys, sums: Sums): Promise<void>;
  close(): Promise<void>;
}
