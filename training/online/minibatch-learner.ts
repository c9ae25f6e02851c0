import { lossFunctions } from '../../learning/linear/loss';
import { type OnlineLearner, onlineLearner } from '../../learning/linear/online-learner';
import { addTransposedTimes, rowsTimes } from '../../learning/linear/rows-times';
import { marginAuc } from '../../learning/linear/scores';
import { zeroSums } from '../../learning/linear/sums';
import type { OnlineConf } from '../conf/conf';
import type { Minibatch } from '../data/part';
import type { Sums } from '../store/parameter-store';
import type { Learner, LearningStep, SavedLearner } from './learner';
import { TailFilter } from './tail-filter';

/** Learns from minibatches as a configuration says. */
export class MinibatchLearner implements Learner {
  private readonly learner: OnlineLearner;
  private readonly tail: TailFilter;
  private minibatches = 0;

  constructor(private readonly conf: OnlineConf) {
    this.learner = onlineLearner(conf.algorithm, conf.learningRate, conf.penalty);
    this.tail = new TailFilter(conf.tail);
  }

  learn(minibatch: Minibatch, sums: Sums, pass: number): LearningStep {
    const { labels, importances } = minibatch;
    const keys = sums.z.length;
    const weights = this.weights(sums);
    const margins = new Float64Array(labels.length);
    rowsTimes(minibatch, weights, margins);

    const { value, derivative } = lossFunctions[this.conf.loss];
    const factors = new Float64Array(labels.length);
    let loss = 0;
    let correct = 0;
    let examples = 0;
    for (let row = 0; row < labels.length; row++) {
      const margin = margins[row]!;
      const label = labels[row]!;
      const importance = importances?.[row] ?? 1;
      loss += importance * value(margin, label);
      factors[row] = importance * derivative(margin, label);
      if (margin > 0 === label > 0) correct += importance;
      examples += importance;
    }

    const gradient = new Float64Array(keys);
    addTransposedTimes(minibatch, factors, gradient);
    const deltas = zeroSums(keys);
    this.learner.deltas({ gradient, weights, sums, minibatches: ++this.minibatches }, deltas);
    if (pass === 0) this.tail.count(minibatch);
    this.leaveOutRare(minibatch, sums, deltas);
    return { deltas, weights, loss, examples, correct, auc: marginAuc({ margins, labels, importances }) };
  }

  weights(sums: Sums): Float64Array {
    const weights = new Float64Array(sums.z.length);
    this.learner.weights(sums, weights);
    return weights;
  }

  save(): SavedLearner {
    return { minibatches: this.minibatches, counts: this.tail.save() };
  }

  restore({ minibatches, counts }: SavedLearner): void {
    this.minibatches = minibatches;
    this.tail.restore(counts);
  }

  /** A key that the store does not have yet has to be seen often enough in the first pass. */
  private leaveOutRare({ keys }: Minibatch, sums: Sums, deltas: Sums): void {
    if (this.tail.admitsAll) return;
    for (let i = 0; i < sums.z.length; i++) {
      if (sums.z[i] !== 0 || sums.n[i] !== 0 || this.tail.admits(keys[2 * i]!, keys[2 * i + 1]!)) continue;
      deltas.z[i] = 0;
      deltas.n[i] = 0;
    }
  }
}
