import { lossFunctions } from '../../learning/linear/loss';
import { type OnlineLearner, onlineLearner } from '../../learning/linear/online-learner';
import { addTransposedTimes, rowsTimes } from '../../learning/linear/rows-times';
import { marginAuc } from '../../learning/linear/scores';
import { zeroSums } from '../../learning/linear/sums';
import { CountMinSketch } from '../../learning/sparse/count-min-sketch';
import type { OnlineConf } from '../conf/conf';
import type { Minibatch } from '../data/part';
import type { Sums } from '../store/parameter-store';
import type { Learner, LearningStep } from './learner';

/** Learns from minibatches as a configuration says. */
export class MinibatchLearner implements Learner {
  private readonly learner: OnlineLearner;
  private readonly sketch: CountMinSketch | undefined;
  private minibatches = 0;

  constructor(private readonly conf: OnlineConf) {
    this.learner = onlineLearner(conf.algorithm, conf.learningRate, conf.penalty);
    const { frequency, countMinRows, countMinSize } = conf.tail;
    this.sketch = frequency > 0 ? new CountMinSketch(countMinRows, countMinSize) : undefined;
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
    if (this.sketch) this.leaveOutRare(this.sketch, minibatch, sums, pass, deltas);
    return { deltas, loss, examples, correct, auc: marginAuc({ margins, labels, importances }) };
  }

  weights(sums: Sums): Float64Array {
    const weights = new Float64Array(sums.z.length);
    this.learner.weights(sums, weights);
    return weights;
  }

  /** A key that the store does not have yet has to be seen often enough in the first pass. */
  private leaveOutRare(
    sketch: CountMinSketch,
    { keys, features }: Minibatch,
    sums: Sums,
    pass: number,
    deltas: Sums,
  ): void {
    const seen = new Uint32Array(sums.z.length);
    if (pass === 0) for (const feature of features) seen[feature]!++;
    for (let i = 0; i < seen.length; i++) {
      const low = keys[2 * i]!;
      const high = keys[2 * i + 1]!;
      if (seen[i]! > 0) sketch.add(low, high, seen[i]!);
      if (sums.z[i] !== 0 || sums.n[i] !== 0 || sketch.count(low, high) > this.conf.tail.frequency) continue;
      deltas.z[i] = 0;
      deltas.n[i] = 0;
    }
  }
}
