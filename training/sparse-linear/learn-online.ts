import { lossFunctions } from '../../learning/linear/loss';
import { type OnlineLearner, onlineLearner } from '../../learning/linear/online-learner';
import { addTransposedTimes, rowsTimes } from '../../learning/linear/rows-times';
import { type Sums, zeroSums } from '../../learning/linear/sums';
import { CountMinSketch } from '../../learning/sparse/count-min-sketch';
import { KeyTable } from '../../learning/sparse/key-table';
import { keyCount } from '../../learning/sparse/keys';
import type { OnlineConf } from '../conf/conf';
import type { KeyedWeights } from '../darlin/starting-weights';
import { BadLineCount, describeBadLine } from '../data/bad-lines';
import { MinibatchReader } from '../data/minibatch-reader';
import type { Minibatch } from '../data/part';
import { findParts, orderParts } from '../data/parts';

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
        learning.learn(rows, pass === 0);
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
  private readonly learner: OnlineLearner;
  private readonly table = new KeyTable();
  private readonly sketch: CountMinSketch | undefined;
  private sums = zeroSums(1024);
  private minibatches = 0;
  private loss = 0;
  private examples = 0;

  constructor(
    private readonly conf: OnlineConf,
    start: KeyedWeights | undefined,
  ) {
    const { algorithm, learningRate, penalty, tail } = conf;
    this.learner = onlineLearner(algorithm, learningRate, penalty);
    if (tail.frequency > 0) this.sketch = new CountMinSketch(tail.countMinRows, tail.countMinSize);
    for (let i = 0; start && i < start.weights.length; i++) {
      const slot = this.table.add(start.keys[2 * i]!, start.keys[2 * i + 1]!);
      this.makeRoom();
      const { z, n } = this.learner.startAt(start.weights[i]!);
      this.sums.z[slot] = z;
      this.sums.n[slot] = n;
    }
  }

  /** One step. @param counts whether the keys are counted, as they are in the first pass */
  learn(rows: Minibatch, counts: boolean): void {
    if (this.sketch && counts) this.count(rows, this.sketch);
    const slots = this.slotsOf(rows);
    const own = this.gather(slots);
    const weights = new Float64Array(slots.length);
    this.learner.weights(own, weights);
    const factors = new Float64Array(rows.labels.length);
    rowsTimes(rows, weights, factors);
    this.turnMarginsToFactors(rows, factors);
    const gradient = new Float64Array(slots.length);
    addTransposedTimes(rows, factors, gradient);
    this.minibatches++;
    const deltas = zeroSums(slots.length);
    this.learner.deltas({ gradient, weights, sums: own, minibatches: this.minibatches }, deltas);
    for (const [i, slot] of slots.entries()) {
      if (slot < 0) continue;
      this.sums.z[slot]! += deltas.z[i]!;
      this.sums.n[slot]! += deltas.n[i]!;
    }
  }

  /** The mean loss of the examples since the last call, each taken before its step. */
  takeLoss(): number {
    const mean = this.loss / this.examples;
    this.loss = 0;
    this.examples = 0;
    return mean;
  }

  weights(): KeyedWeights {
    const weights = new Float64Array(this.table.size);
    this.learner.weights(this.sums, weights);
    return { keys: this.table.keys.slice(), weights };
  }

  private count({ features, keys }: Minibatch, sketch: CountMinSketch): void {
    const times = new Uint32Array(keyCount(keys));
    for (const feature of features) times[feature]!++;
    for (let i = 0; i < times.length; i++) sketch.add(keys[2 * i]!, keys[2 * i + 1]!, times[i]!);
  }

  /** Where the sums of each key are; −1 for one that is too rare to be learned. */
  private slotsOf({ keys }: Minibatch): Int32Array {
    const slots = Int32Array.from({ length: keyCount(keys) }, (_, i) => {
      const [low, high] = [keys[2 * i]!, keys[2 * i + 1]!];
      const known = this.table.find(low, high);
      const isRare = this.sketch && this.sketch.count(low, high) <= this.conf.tail.frequency;
      return known >= 0 || isRare ? known : this.table.add(low, high);
    });
    this.makeRoom();
    return slots;
  }

  private gather(slots: Int32Array): Sums {
    const { z, n } = this.sums;
    return {
      z: Float64Array.from(slots, (slot) => z[slot] ?? 0),
      n: Float64Array.from(slots, (slot) => n[slot] ?? 0),
    };
  }

  private turnMarginsToFactors({ labels, importances }: Minibatch, margins: Float64Array): void {
    const { value, derivative } = lossFunctions[this.conf.loss];
    for (let row = 0; row < margins.length; row++) {
      const importance = importances?.[row] ?? 1;
      this.loss += importance * value(margins[row]!, labels[row]!);
      this.examples += importance;
      margins[row] = importance * derivative(margins[row]!, labels[row]!);
    }
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
