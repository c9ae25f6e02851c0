import type { Loss } from '../../learning/linear/loss';
import {
  marginAuc,
  marginLogLoss,
  meanAbsoluteError,
  rootMeanSquaredError,
  type ScoredRows,
  signAccuracy,
} from '../../learning/linear/scores';
import type { SparseRows } from '../../learning/sparse/rows';
import type { DataConf } from '../conf/conf';
import { MinibatchReader } from '../data/minibatch-reader';
import type { Minibatch } from '../data/part';
import { findParts } from '../data/parts';

/** Lines that are scored at once. */
const batchLines = 10_000;

/** Scores by name: `auc`, `accuracy` and `logloss`, or `rmse` and `mae` of the squared loss. */
export type Metrics = Readonly<Record<string, number>>;

/** What gives each row its margin x·w. */
export interface MarginModel {
  margins(rows: SparseRows): Float64Array;
}

/**
 * How well a model does on all good lines of some data; NaN without any, and the AUC if all are of one class.
 * @param onMinibatch is told of what is read
 * @throws {DataError} if files are absent or cannot be read
 */
export async function metricsOf(
  model: MarginModel,
  data: DataConf,
  loss: Loss,
  onMinibatch: (minibatch: Minibatch) => void = () => {},
): Promise<Metrics> {
  return marginMetrics(await scoredRows(model, data, loss, onMinibatch), loss);
}

/** The metrics of rows that were scored: NaN without any, and the AUC if all are of one class. */
export const marginMetrics = (rows: ScoredRows, loss: Loss): Metrics =>
  loss === 'SQUARE'
    ? { rmse: rootMeanSquaredError(rows), mae: meanAbsoluteError(rows) }
    : { auc: marginAuc(rows), accuracy: signAccuracy(rows), logloss: marginLogLoss(rows) };

/** The one score that decides whether a revision is kept, higher is better: the AUC, or the negated RMSE. */
export const scoreOf = (metrics: Metrics): number => metrics.auc ?? -metrics.rmse!;

/** The margins of all good lines of some data, in their order. */
export async function scoredRows(
  model: MarginModel,
  data: DataConf,
  loss: Loss,
  onMinibatch: (minibatch: Minibatch) => void = () => {},
): Promise<ScoredRows> {
  const margins: number[] = [];
  const labels: number[] = [];
  const importances: number[] = [];
  const inOrder = { ...data, shuffle: false };
  const reader = new MinibatchReader(inOrder, { loss, minibatch: batchLines, groups: false, seed: 1 });
  try {
    for await (const rows of reader.read(await findParts(data, 1), { pass: 0 })) {
      onMinibatch(rows);
      for (const margin of model.margins(rows)) margins.push(margin);
      for (const label of rows.labels) labels.push(label);
      for (let row = 0; row < rows.labels.length; row++) importances.push(rows.importances?.[row] ?? 1);
    }
  } finally {
    await reader.close();
  }
  return {
    margins: Float64Array.from(margins),
    labels: Float64Array.from(labels),
    importances: importances.some((importance) => importance !== 1) ? Float64Array.from(importances) : undefined,
  };
}
