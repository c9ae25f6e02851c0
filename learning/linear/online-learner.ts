import { adaGrad, plainSgd } from './adaptive-gradient';
import { ftrl } from './ftrl';
import { type Sums, zeroSums } from './sums';

/** How large steps are: η = α, or η = α/(β + √N). */
export interface LearningRate {
  readonly type: 'CONSTANT' | 'DECAY';
  readonly alpha: number;
  readonly beta: number;
}

/** Elastic net: λ₁‖w‖₁ + ½λ₂‖w‖². */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** What a step starts from; one entry a key in each array. */
export interface Step {
  /** The sum of h·x·d/dm over the examples of a minibatch, h being how often an example counts. */
  readonly gradient: Float64Array;
  /** The weights at which the gradient was taken. */
  readonly weights: Float64Array;
  /** The sums that the weights came from. */
  readonly sums: Sums;
  /** Minibatches learned from so far, this one counted. */
  readonly minibatches: number;
}

/** A linear model that learns from one minibatch after the other: a key's sums make its weight, a gradient changes them. */
export interface OnlineLearner {
  /** The weights that sums mean, written to `weights`. */
  weights(sums: Sums, weights: Float64Array): void;
  /** What a step adds to the sums, written to `deltas`. */
  deltas(step: Step, deltas: Sums): void;
  /** The sums to start from so that the weight is `weight`. */
  startAt(weight: number): { readonly z: number; readonly n: number };
}

export type OnlineAlgorithm = 'FTRL' | 'ADAGRAD' | 'SGD';

/** The learner of that name. */
export function onlineLearner(algorithm: OnlineAlgorithm, rate: LearningRate, penalty: Penalty): OnlineLearner {
  switch (algorithm) {
    case 'FTRL':
      return ftrl(rate, penalty);
    case 'ADAGRAD':
      return adaGrad(rate, penalty);
    case 'SGD':
      return plainSgd(rate, penalty);
  }
}

/** The sums to start from so that each key has its weight. */
export function startingSums(learner: OnlineLearner, weights: Float64Array): Sums {
  const sums = zeroSums(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const { z, n } = learner.startAt(weights[i]!);
    sums.z[i] = z;
    sums.n[i] = n;
  }
  return sums;
}
