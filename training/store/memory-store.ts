import type { OnlineLearner } from '../../learning/linear/online-learner';
import { type Sums, zeroSums } from '../../learning/linear/sums';
import { KeyTable } from '../../learning/sparse/key-table';
import { type Keys, keyCount } from '../../learning/sparse/keys';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { KeyedWeights } from '../keyed-weights';
import type { ParameterStore } from './parameter-store';

/** The sums of all keys of a training, in this process: typed arrays that double when they fill. */
export class MemoryStore implements ParameterStore {
  private readonly table = new KeyTable();
  private sums = zeroSums(1024);

  async pull(keys: Keys): Promise<Sums> {
    const { z, n } = this.sums;
    const pulled = zeroSums(keyCount(keys));
    for (let i = 0; i < pulled.z.length; i++) {
      const slot = this.table.find(keys[2 * i]!, keys[2 * i + 1]!);
      if (slot < 0) continue;
      pulled.z[i] = z[slot]!;
      pulled.n[i] = n[slot]!;
    }
    return pulled;
  }

  /** Adds to the sums of distinct keys; a key that is new and has nothing to add stays out. */
  async push(keys: Keys, deltas: Sums): Promise<Sums> {
    const pushed = zeroSums(keyCount(keys));
    for (let i = 0; i < pushed.z.length; i++) {
      const low = keys[2 * i]!;
      const high = keys[2 * i + 1]!;
      const isNothing = deltas.z[i] === 0 && deltas.n[i] === 0;
      const slot = isNothing ? this.table.find(low, high) : this.slotOf(low, high);
      if (slot < 0) continue;
      this.sums.z[slot]! += deltas.z[i]!;
      this.sums.n[slot]! += deltas.n[i]!;
      pushed.z[i] = this.sums.z[slot]!;
      pushed.n[i] = this.sums.n[slot]!;
    }
    return pushed;
  }

  async restore(keys: Keys, sums: Sums): Promise<void> {
    for (let i = 0; i < keyCount(keys); i++) {
      const slot = this.slotOf(keys[2 * i]!, keys[2 * i + 1]!);
      this.sums.z[slot] = sums.z[i]!;
      this.sums.n[slot] = sums.n[i]!;
    }
  }

  async *export(): AsyncIterable<SumsPortion> {
    const { size } = this.table;
    yield { keys: this.table.keys, sums: { z: this.sums.z.subarray(0, size), n: this.sums.n.subarray(0, size) } };
  }

  /** The weight of every key. */
  weights(learner: OnlineLearner): KeyedWeights {
    const weights = new Float64Array(this.table.size);
    learner.weights(this.sums, weights);
    return { keys: this.table.keys.slice(), weights };
  }

  private slotOf(low: number, high: number): number {
    const slot = this.table.add(low, high);
    if (slot >= this.sums.z.length) this.grow();
    return slot;
  }

  private grow(): void {
    const grown = zeroSums(2 * this.sums.z.length);
    grown.z.set(this.sums.z);
    grown.n.set(this.sums.n);
    this.sums = grown;
  }
}
