import { zeroSums } from '../../../learning/linear/sums';
import type { Keys } from '../../../learning/sparse/keys';
import type { Sums, SyncedSums, WorkerStore } from '../../store/parameter-store';
import type { JobCalls } from './calls';

/** A push whose answer is awaited only by the next sync. */
interface Pushed {
  readonly deltas: Sums;
  readonly after: Promise<Sums>;
}

/**
 * The sums of a job as a thread of its process sees them: always those that all threads have made by then. A push goes
 * on while the thread reads what comes next.
 */
export class ThreadStore implements WorkerStore {
  private pushed: Pushed[] = [];

  /** @param save saves what the worker knows beside the sums */
  constructor(
    private readonly calls: JobCalls,
    private readonly maxDelay: number,
    private readonly save: () => Promise<void>,
  ) {}

  /** Nothing: what is asked for early would be missing what others add meanwhile. */
  async fetch(): Promise<void> {}

  pull(keys: Keys): Promise<Sums> {
    return this.calls.sums.pull(keys);
  }

  async push(keys: Keys, deltas: Sums): Promise<void> {
    const after = this.calls.sums.push(keys, deltas);
    // The sync is told of a failure; until then it is no unhandled one.
    after.catch(() => {});
    this.pushed.push({ deltas, after });
  }

  async sync(): Promise<SyncedSums> {
    const pushed = this.pushed;
    this.pushed = [];
    const after = await Promise.all(pushed.map((push) => push.after));
    const before = after.map((sums, i) => difference(sums, pushed[i]!.deltas));
    return { before: together(before), after: together(after) };
  }

  /** Nothing: others see a push at once. */
  async syncFrequent(): Promise<SyncedSums> {
    return { before: zeroSums(0), after: zeroSums(0) };
  }

  async clock(worker: number, tick: number): Promise<void> {
    const { state } = this.calls;
    for (let isSaved = false; !(await state.waitForTurn(worker, tick, this.maxDelay, isSaved)); isSaved = true) {
      await this.save();
    }
  }
}

const difference = (sums: Sums, deltas: Sums): Sums => ({
  z: sums.z.map((z, i) => z - deltas.z[i]!),
  n: sums.n.map((n, i) => n - deltas.n[i]!),
});

const together = (sums: readonly Sums[]): Sums => ({
  z: joined(sums.map(({ z }) => z)),
  n: joined(sums.map(({ n }) => n)),
});

function joined(arrays: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
