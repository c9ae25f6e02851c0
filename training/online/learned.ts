import type { BadLine } from '../data/part';

/** What a worker learned between two syncs: sums, so that those of all workers add up. */
export interface Learned {
  readonly examples: number;
  readonly loss: number;
  readonly minibatches: number;
  /** Sum over the minibatches whose AUC is defined, and how many they are. */
  readonly auc: number;
  readonly ranked: number;
  /** Examples that were scored on the right side. */
  readonly correct: number;
  /** How many more weights are not zero than before. */
  readonly nonzeros: number;
  /** Sum of the squared changes of the weights that were touched, and of their squares. */
  readonly squaredChanges: number;
  readonly squaredWeights: number;
  /** Lines that were read, and the bad ones among them. */
  readonly lines: number;
  readonly badLines: number;
  readonly firstBad: readonly BadLine[];
}

/** Nothing learned yet. */
export const nothing: Learned = {
  examples: 0,
  loss: 0,
  minibatches: 0,
  auc: 0,
  ranked: 0,
  correct: 0,
  nonzeros: 0,
  squaredChanges: 0,
  squaredWeights: 0,
  lines: 0,
  badLines: 0,
  firstBad: [],
};

/** Bad lines that are shown of a job. */
const shownBadLines = 5;

/** What two workers, or one at two times, learned together. */
export const together = (a: Learned, b: Learned): Learned => ({
  examples: a.examples + b.examples,
  loss: a.loss + b.loss,
  minibatches: a.minibatches + b.minibatches,
  auc: a.auc + b.auc,
  ranked: a.ranked + b.ranked,
  correct: a.correct + b.correct,
  nonzeros: a.nonzeros + b.nonzeros,
  squaredChanges: a.squaredChanges + b.squaredChanges,
  squaredWeights: a.squaredWeights + b.squaredWeights,
  lines: a.lines + b.lines,
  badLines: a.badLines + b.badLines,
  firstBad: [...a.firstBad, ...b.firstBad].slice(0, shownBadLines),
});
