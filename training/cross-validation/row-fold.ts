import { type ParameterSet, withParameters } from '../../config/models/parameters';
import { foldSplit } from '../../learning/folds';
import { accuracy, auc, logLoss } from '../../learning/metrics';
import type { Prediction } from '../../learning/model';
import { type ClassifierConfig, fitClassifier } from '../classifier/fit-classifier';
import type { Dataset } from '../dataset';
import type { Metrics } from '../sparse-linear/score-sparse-linear';

/** A classifier of rows. */
export interface RowProblem {
  readonly kind: 'rows';
  readonly config: ClassifierConfig;
  readonly folds: number;
  readonly dataset: Dataset;
}

/** What a classifier says of the test rows of a fold; entry i of each list is of test row i. */
export interface RowOutcome {
  readonly kind: 'rows';
  readonly actual: readonly string[];
  readonly predicted: readonly string[];
  /** Of the actual class; 0 if training met none of it. */
  readonly probabilities: readonly number[];
  /** Of the last of all classes. */
  readonly lastClass: readonly number[];
}

/**
 * Trains on the rows outside of a fold, and predicts those in it.
 * @throws {DataError} if the rows are not fit for training
 */
export async function runRowFold(
  { config, folds, dataset }: RowProblem,
  set: ParameterSet,
  fold: number,
  signal?: AbortSignal,
): Promise<RowOutcome> {
  const { train, test } = foldSplit(dataset.rows.length, folds, fold);
  const { model } = await fitClassifier(dataset, train, withParameters(config, set), { signal });
  const predictions = model.predict(test.map((row) => dataset.rows[row]!));
  const actual = test.map((row) => dataset.labels[row]!);
  return rowOutcome(predictions, model.classes.map(String), actual, lastOf(dataset.labels));
}

/**
 * What predictions say of test rows.
 * @param classes in the order of the probabilities; those of predictions that have none are NaN
 * @param actual the class of each row
 * @param last of all classes
 */
export function rowOutcome(
  predictions: readonly Prediction[],
  classes: readonly string[],
  actual: readonly string[],
  last: string,
): RowOutcome {
  const numbers = new Map(classes.map((label, c) => [label, c]));
  const probabilityOf = (label: string, row: number): number => {
    const { probabilities } = predictions[row]!;
    const c = numbers.get(label);
    if (!probabilities) return Number.NaN;
    return c === undefined ? 0 : probabilities[c]!;
  };
  return {
    kind: 'rows',
    actual,
    predicted: predictions.map(({ output }) => String(output)),
    probabilities: actual.map(probabilityOf),
    lastClass: actual.map((_, row) => probabilityOf(last, row)),
  };
}

/** The last of the classes. */
export const lastOf = (labels: readonly string[]): string => [...new Set(labels)].sort().at(-1)!;

/**
 * Metrics over the union of folds: accuracy and logloss, and of two classes the AUC, the same whichever is the positive.
 * Without probabilities there is the accuracy alone.
 */
export function rowMetrics(outcomes: readonly RowOutcome[]): Metrics {
  const actual = outcomes.flatMap((outcome) => outcome.actual);
  const predicted = outcomes.flatMap((outcome) => outcome.predicted);
  const probabilities = outcomes.flatMap((outcome) => outcome.probabilities);
  const classes = new Set(actual);
  if (probabilities.some(Number.isNaN)) return { accuracy: accuracy(predicted, actual) };
  return {
    accuracy: accuracy(predicted, actual),
    logloss: logLoss(
      probabilities.map((probability) => [probability]),
      new Int32Array(probabilities.length),
    ),
    ...(classes.size === 2 && { auc: aucOfLast(outcomes, actual) }),
  };
}

function aucOfLast(outcomes: readonly RowOutcome[], actual: readonly string[]): number {
  const scores = outcomes.flatMap(({ lastClass }) => lastClass);
  const last = lastOf(actual);
  return auc(
    scores,
    actual.map((label) => label === last),
  )!;
}
