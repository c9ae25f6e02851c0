import type { Minibatch } from '../data/part';
import type { Sums } from '../store/parameter-store';

/** What a step learns from a minibatch. */
export interface LearningStep {
  /** What to add to the sums of the minibatch's keys. */
  readonly deltas: Sums;
  /** Those of the minibatch's keys that the examples were scored with. */
  readonly weights: Float64Array;
  /** How many examples were learned from; one of importance h counts as h. */
  readonly examples: number;
  /** Sum of the losses of the examples, before the step. */
  readonly loss: number;
  /** Area under the ROC curve; NaN if all examples are of one class. */
  readonly auc: number;
  /** Examples that were scored on the right side. */
  readonly correct: number;
}

/** What a learner knows beside the sums. */
export interface SavedLearner {
  /** How many minibatches it learned from. */
  readonly minibatches: number;
  /** The counts of the tail filter, if there is one. */
  readonly counts?: string | undefined;
}

/** A method of online learning that keeps two sums a key. */
export interface Learner {
  /** One step from the sums of the minibatch's keys, in the order of its keys, in a pass that counts from 0. */
  learn(minibatch: Minibatch, sums: Sums, pass: number): LearningStep;
  /** The weights that sums stand for. */
  weights(sums: Sums): Float64Array;
  save(): SavedLearner;
  /** Goes on as one that was saved. */
  restore(saved: SavedLearner): void;
}
