import { type LossFunction, lossFunctions } from '../../learning/linear/loss';
import { type OnlineLearner, onlineLearner } from '../../learning/linear/online-learner';
import { addTransposedTimes, rowsTimes } from '../../learning/linear/rows-times';
import { marginAuc } from '../../learning/linear/scores';
import { type Sums, zeroSums } from '../../learning/linear/sums';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { OnlineConf } from '../conf/conf';
import type { KeyedWeights } from '../darlin/starting-weights';
import type { Minibatch } from '../data/part';
import { type Learned, nothing } from '../distributed/state/progress';
import { Parameters } from './parameters';
import { TailFilter } from './tail-filter';

/** What a checkpoint has of a learning beside its sums. */
export interface SavedLearning {
  readonly minibatches: number;
  /** The counts of the tail filter, if there is one. */
  readonly counts?: string | undefined;
}

/** Room for the keys of a minibatch, used again for the next. */
interface Room {
  readonly sums: Sums;
  readonly deltas: Sums;
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly gradient: Float64Array;
}

/** Learns from one minibatch after the other, in this process. */
export class Learning {
  private readonly learner: OnlineLearner;
  private readonly loss: LossFunction;
  private readonly parameters = new Parameters();
  private readonly tail: TailFilter;
  private minibatches = 0;
  private room = roomFor(1024);

  constructor({ algorithm, learningRate, penalty, loss, tail }: OnlineConf) {
    this.learner = onlineLearner(algorithm, learningRate, penalty);
    this.loss = lossFunctions[loss];
    this.tail = new TailFilter(tail);
  }

  /** Starts from the weights of a model. */
  startFrom({ keys, weights }: KeyedWeights): void {
    const sums = zeroSums(weights.length);
    for (const [i, weight] of weights.entries()) {
      const { z, n } = this.learner.startAt(weight);
      sums.z[i] = z;
      sums.n[i] = n;
    }
    this.parameters.restore({ keys, sums });
  }

  /**
   * One step.
   * @param isCounted whether the lines and their keys are counted, as they are in the first pass
   */
  learn(minibatch: Minibatch, isCounted: boolean): Learned {
    if (isCounted) this.tail.count(minibatch);
    this.minibatches++;
    const slots = this.parameters.slotsOf(minibatch.keys, this.tail.admits);
    const { sums, deltas, before, after, gradient } = this.roomOf(slots.length);
    this.parameters.read(slots, sums);
    this.learner.weights(sums, before);
    const margins = new Float64Array(minibatch.labels.length);
    rowsTimes(minibatch, before, margins);
    const scores = this.score(minibatch, margins);

    gradient.fill(0);
    addTransposedTimes(minibatch, this.factors(minibatch, margins), gradient);
    this.learner.deltas({ gradient, weights: before, sums, minibatches: this.minibatches }, deltas);
    dropRare(slots, deltas);
    for (let i = 0; i < slots.length; i++) {
      sums.z[i]! += deltas.z[i]!;
      sums.n[i]! += deltas.n[i]!;
    }
    this.parameters.write(slots, sums);
    this.learner.weights(sums, after);
    const { lines, bad } = minibatch;
    return {
      ...nothing,
      ...scores,
      ...changes(before, after),
      minibatches: 1,
      ...(isCounted && { lines, badLines: bad.count, firstBad: bad.first }),
    };
  }

  weights(): KeyedWeights {
    return this.parameters.weights(this.learner);
  }

  sums(): AsyncIterable<SumsPortion> {
    return this.parameters.export();
  }

  save(): SavedLearning {
    return { minibatches: this.minibatches, counts: this.tail.save() };
  }

  async restore({ minibatches, counts }: SavedLearning, sums: AsyncIterable<SumsPortion>): Promise<void> {
    this.minibatches = minibatches;
    this.tail.restore(counts);
    for await (const portion of sums) this.parameters.restore(portion);
  }

  /** How well the margins fit the labels. */
  private score({ labels, importances }: Minibatch, margins: Float64Array) {
    let loss = 0;
    let examples = 0;
    let correct = 0;
    for (let row = 0; row < margins.length; row++) {
      const importance = importances?.[row] ?? 1;
      loss += importance * this.loss.value(margins[row]!, labels[row]!);
      examples += importance;
      if (margins[row]! > 0 === labels[row]! > 0) correct += importance;
    }
    const auc = marginAuc({ margins, labels, importances });
    return { loss, examples, correct, ...(Number.isNaN(auc) ? {} : { auc, ranked: 1 }) };
  }

  /** The derivative of each row's loss by its margin, as often as the row counts; takes the place of the margins. */
  private factors({ labels, importances }: Minibatch, margins: Float64Array): Float64Array {
    for (let row = 0; row < margins.length; row++) {
      margins[row] = (importances?.[row] ?? 1) * this.loss.derivative(margins[row]!, labels[row]!);
    }
    return margins;
  }

  private roomOf(keys: number): Room {
    if (this.room.gradient.length < keys) this.room = roomFor(2 * keys);
    const { sums, deltas, before, after, gradient } = this.room;
    return {
      sums: firstOf(sums, keys),
      deltas: firstOf(deltas, keys),
      before: before.subarray(0, keys),
      after: after.subarray(0, keys),
      gradient: gradient.subarray(0, keys),
    };
  }
}

const roomFor = (keys: number): Room => ({
  sums: zeroSums(keys),
  deltas: zeroSums(keys),
  before: new Float64Array(keys),
  after: new Float64Array(keys),
  gradient: new Float64Array(keys),
});

const firstOf = ({ z, n }: Sums, keys: number): Sums => ({ z: z.subarray(0, keys), n: n.subarray(0, keys) });

function dropRare(slots: Int32Array, { z, n }: Sums): void {
  for (let i = 0; i < slots.length; i++) {
    if (slots[i]! >= 0) continue;
    z[i] = 0;
    n[i] = 0;
  }
}

/** How a step changed the weights that it touched. */
function changes(before: Float64Array, after: Float64Array) {
  let nonzeros = 0;
  let squaredChanges = 0;
  let squaredWeights = 0;
  for (let i = 0; i < after.length; i++) {
    const was = before[i]!;
    const is = after[i]!;
    nonzeros += Number(is !== 0) - Number(was !== 0);
    squaredChanges += (is - was) * (is - was);
    squaredWeights += was * was;
  }
  return { nonzeros, squaredChanges, squaredWeights };
}
