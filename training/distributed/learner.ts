import type { Minibatch } from '../data/part';
import type { Sums } from '../store/parameter-store';

/** What a step learns from a minibatch. */
export interface LearningStep {
  /** What to add to the sums of the minibatch's keys. */
  readonly deltas: Sums;
  /** Sum of the losses of the examples, before the step. */
  readonly loss: number;
  /** Area under the ROC curve; NaN if all examples are of one class. */
  readonly auc: number;
  /** Examples that were scored on the right side. */
  readonly correct: number;
}

/** A method of online learning that keeps two sums a key. */
export interface Learner {
  /** One step from the sums of the minibatch's keys, in the order of its keys. */
  learn(minibatch: Minibatch, sums: Sums): LearningStep;
  /** The weight that sums stand for. */
  weight(z: number, n: number): number;
}
