import type { Learned } from './learned';

/** A row of the table that shows how online training goes; undefined values are NaN. */
export interface ProgressRow {
  /** Since the job began. */
  readonly sec: number;
  /** So far. */
  readonly examples: number;
  /** Mean over the examples since the last row. */
  readonly loss: number;
  /** Mean over the minibatches since the last row. */
  readonly auc: number;
  readonly accuracy: number;
  /** Weights that are not zero now. */
  readonly nonzeros: number;
  /** √Σ(Δw)² / √Σw² of the weights that changed since the last row. */
  readonly updateRatio: number;
}

/** The row for what was learned in a window of a job, and in all of it. */
export const rowOf = (sec: number, window: Learned, total: Learned): ProgressRow => ({
  sec,
  examples: total.examples,
  loss: window.loss / window.examples,
  auc: window.auc / window.ranked,
  accuracy: window.correct / window.examples,
  nonzeros: total.nonzeros,
  updateRatio: Math.sqrt(window.squaredChanges) / Math.sqrt(window.squaredWeights),
});
