import { onlineLearner } from '../../learning/linear/online-learner';
import { type Sums, zeroSums } from '../../learning/linear/sums';
import { KeyTable } from '../../learning/sparse/key-table';
import { keyCount } from '../../learning/sparse/keys';
import type { OnlineConf } from '../conf/conf';
import type { KeyedWeights } from '../darlin/starting-weights';
import { BadLineCount, describeBadLine } from '../data/bad-lines';
import { MinibatchReader } from '../data/minibatch-reader';
import type { Minibatch } from '../data/part';
import { findParts, orderParts } from '../data/parts';
import { MinibatchLearner } from '../distributed/minibatch-learner';

/** What a training in this process needs beside its configuration. */
export interface LearnOptions {
  readonly seed: number;
  /** Weights to begin with. */
  readonly start: KeyedWeights | undefined;
  /** Is told how it goes. */
  readonly say: (line: string) => void;
  /** Ends the training with the signal's reason. */
  readonly signal: AbortSignal | undefined;
}

/** What was learned, and from how many examples of a pass. */
export interface LearnedWeights {
  readonly model: KeyedWeights;
  readonly examples: number;
}

/**
 * Learns online from all passes of the training data, one minibatch after the other, with all sums in memory.
 * @throws {DataError} if files are absent or cannot be read, or too many lines are bad
 */
export async function learnOnline(conf: OnlineConf, options: LearnOptions): Promise<LearnedWeights> {
  const { trainingData: data, loss, minibatch, readAhead, passes } = conf;
  const { seed, say, signal } = options;
  const learning = new Learning(conf, options.start);
  const count = new BadLineCount();
  const reader = new MinibatchReader(data, { loss, minibatch, groups: false, seed, readAhead });
  try {
    const parts = await findParts(data, 1);
    for (let pass = 0; pass < passes; pass++) {
      for await (const rows of reader.read(orderParts(parts, data, { seed, pass }), { pass })) {
        signal?.throwIfAborted();
        if (pass === 0) count.add(rows);
        learning.learn(rows, pass);
      }
      if (pass === 0) finish(count, say);
      say(`pass ${pass + 1} of ${passes}: loss ${learning.takeLoss().toFixed(4)}`);
    }
  } finally {
    await reader.close();
  }
  return { model: learning.weights(), examples: count.lines - count.bad };
}

function finish(count: BadLineCount, say: (line: string) => void): void {
  count.finish();
  for (const line of count.first) say(describeBadLine(line));
}

/** The sums of all keys seen so far, and one step after the other. */
class Learning {
  private readonly learner: MinibatchLearner;
  private readonly table = new KeyTable();
  private sums = zeroSums(1024);
  private loss = 0;
  private examples = 0;

  constructor(conf: OnlineConf, start: KeyedWeights | undefined) {
    this.learner = new MinibatchLearner(conf);
    const { startAt } = onlineLearner(conf.algorithm, conf.learningRate, conf.penalty);
    for (let i = 0; start && i < start.weights.length; i++) {
      const slot = this.table.add(start.keys[2 * i]!, start.keys[2 * i + 1]!);
      this.makeRoom();
      const { z, n } = startAt(start.weights[i]!);
      this.sums.z[slot] = z;
      this.sums.n[slot] = n;
    }
  }

  /** One step, in a pass that counts from 0. */
  learn(rows: Minibatch, pass: number): void {
    const slots = this.slotsOf(rows);
    const own = this.gather(slots);
    const { deltas, loss, examples } = this.learner.learn(rows, own, pass);
    for (const [i, slot] of slots.entries()) {
      this.sums.z[slot]! += deltas.z[i]!;
      this.sums.n[slot]! += deltas.n[i]!;
    }
    this.loss += loss;
    this.examples += examples;
  }

  /** The mean loss of the examples since the last call, each taken before its step. */
  takeLoss(): number {
    const mean = this.loss / this.examples;
    this.loss = 0;
    this.examples = 0;
    return mean;
  }

  weights(): KeyedWeights {
    const { size, keys } = this.table;
    const sums = { z: this.sums.z.subarray(0, size), n: this.sums.n.subarray(0, size) };
    return { keys: keys.slice(), weights: this.learner.weights(sums) };
  }

  private slotsOf({ keys }: Minibatch): Uint32Array {
    const slots = Uint32Array.from({ length: keyCount(keys) }, (_, i) =>
      this.table.add(keys[2 * i]!, keys[2 * i + 1]!),
    );
    this.makeRoom();
    return slots;
  }

  private gather(slots: Uint32Array): Sums {
    const { z, n } = this.sums;
    return {
      z: Float64Array.from(slots, (slot) => z[slot]!),
      n: Float64Array.from(slots, (slot) => n[slot]!),
    };
  }

  private makeRoom(): void {
    while (this.sums.z.length < this.table.size) {
      const grown = zeroSums(2 * this.sums.z.length);
      grown.z.set(this.sums.z);
      grown.n.set(this.sums.n);
      this.sums = grown;
    }
  }
}
