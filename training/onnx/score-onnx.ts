import { meanAbsoluteError, rootMeanSquaredError } from '../../learning/linear/scores';
import { accuracy } from '../../learning/metrics';
import type { Model, Prediction } from '../../learning/model';
import { lastOf, rowMetrics, rowOutcome } from '../cross-validation/row-fold';
import { DataError } from '../data-error';
import type { Dataset } from '../dataset';
import type { Metrics } from '../sparse-linear/score-sparse-linear';

/** Rows that the model answers at once. */
const batchRows = 256;

export interface OnnxScore {
  /** Higher is better: the accuracy of a classifier, the negated RMSE of a regression. */
  readonly score: number;
  /** More by name, of a regression. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/**
 * How well a model does on all rows of a data set.
 * @throws {DataError} if it answers numbers and a label is none, or its answers cannot be scored
 * @throws the signal's reason once it is aborted
 */
export async function scoreOnnx(model: Model, dataset: Dataset, signal?: AbortSignal): Promise<OnnxScore> {
  const { labels } = dataset;
  const predictions = await answersOf(model, dataset, signal);
  if (model.classes) {
    refuseOtherLabels(model.classes.map(String), dataset);
    const outputs = predictions.map(({ output }) => String(output));
    return { score: accuracy(outputs, labels) };
  }
  const metrics = errorsOf(predictions, dataset);
  return { score: -metrics.rmse, metrics };
}

/**
 * All metrics of a model on all rows of a data set: of a classifier those of cross-validation, of a regression its errors.
 * @throws as `scoreOnnx`
 */
export async function onnxMetrics(model: Model, dataset: Dataset, signal?: AbortSignal): Promise<Metrics> {
  const predictions = await answersOf(model, dataset, signal);
  if (!model.classes) return errorsOf(predictions, dataset);
  const classes = model.classes.map(String);
  refuseOtherLabels(classes, dataset);
  return rowMetrics([rowOutcome(predictions, classes, dataset.labels, lastOf(dataset.labels))]);
}

async function answersOf(model: Model, { rows }: Dataset, signal?: AbortSignal): Promise<readonly Prediction[]> {
  const predictions: Prediction[] = [];
  for (let start = 0; start < rows.length; start += batchRows) {
    signal?.throwIfAborted();
    predictions.push(...(await model.predict(rows.slice(start, start + batchRows), model.params)));
  }
  return predictions;
}

function errorsOf(
  predictions: readonly Prediction[],
  dataset: Dataset,
): { readonly rmse: number; readonly mae: number } {
  const scored = {
    margins: Float64Array.from(predictions, ({ output }) => Number(output)),
    labels: Float64Array.from(numbersOf(dataset)),
    importances: undefined,
  };
  const rmse = rootMeanSquaredError(scored);
  if (!Number.isFinite(rmse)) throw new DataError(`${dataset.source}: the model answers numbers that are not finite`);
  return { rmse, mae: meanAbsoluteError(scored) };
}

/** A class of another name would count as a wrong answer, row by row. */
function refuseOtherLabels(classes: readonly string[], { source, labels }: Dataset): void {
  const row = labels.findIndex((label) => !classes.includes(label));
  if (row < 0) return;
  throw new DataError(
    `${source}: row ${row + 1}: '${labels[row]}' is none of the model's classes ${classes.join(', ')}`,
  );
}

function numbersOf({ source, labels }: Dataset): number[] {
  return labels.map((label, row) => {
    const number = Number(label);
    if (label.trim() !== '' && Number.isFinite(number)) return number;
    throw new DataError(`${source}: row ${row + 1}: '${label}' is not a number, as the model answers`);
  });
}
