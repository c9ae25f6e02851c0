import type { OnlineLearner } from '../../learning/linear/online-learner';
import { type Sums, zeroSums } from '../../learning/linear/sums';
import { KeyTable } from '../../learning/sparse/key-table';
import { type Keys, keyCount } from '../../learning/sparse/keys';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { KeyedWeights } from '../darlin/starting-weights';

/** The sums of all keys of a training in this process, in typed arrays that double when they fill. */
export class Parameters {
  private readonly table = new KeyTable();
  private sums = zeroSums(1024);

  /** Takes over keys and their sums. */
  restore({ keys, sums }: SumsPortion): void {
    const slots = this.slotsOf(keys, () => true);
    for (const [i, slot] of slots.entries()) {
      this.sums.z[slot] = sums.z[i]!;
      this.sums.n[slot] = sums.n[i]!;
    }
  }

  /**
   * Where the sums of each key are.
   * @param admits whether a key that is new gets sums; −1 stands for one that does not
   */
  slotsOf(keys: Keys, admits: (low: number, high: number) => boolean): Int32Array {
    const slots = new Int32Array(keyCount(keys));
    for (let i = 0; i < slots.length; i++) {
      const low = keys[2 * i]!;
      const high = keys[2 * i + 1]!;
      const known = this.table.find(low, high);
      slots[i] = known >= 0 || !admits(low, high) ? known : this.table.add(low, high);
    }
    this.makeRoom();
    return slots;
  }

  /** The sums of slots, written to `into`; 0 for −1. */
  read(slots: Int32Array, into: Sums): void {
    const { z, n } = this.sums;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      into.z[i] = slot < 0 ? 0 : z[slot]!;
      into.n[i] = slot < 0 ? 0 : n[slot]!;
    }
  }

  /** Writes the sums of slots; those of −1 are dropped. */
  write(slots: Int32Array, from: Sums): void {
    const { z, n } = this.sums;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      if (slot < 0) continue;
      z[slot] = from.z[i]!;
      n[slot] = from.n[i]!;
    }
  }

  /** All keys with their sums. */
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

  private makeRoom(): void {
    if (this.sums.z.length >= this.table.size) return;
    const grown = zeroSums(2 ** Math.ceil(Math.log2(this.table.size)));
    grown.z.set(this.sums.z);
    grown.n.set(this.sums.n);
    this.sums = grown;
  }
}
