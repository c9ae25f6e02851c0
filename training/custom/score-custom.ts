import type { LoadedModel } from '../../custom-models/loaded-model';
import type { ModelProcess } from '../../custom-models/model-process';
import { meanAbsoluteError, rootMeanSquaredError } from '../../learning/linear/scores';
import { accuracy } from '../../learning/metrics';
import type { Label, ModelParams, Prediction, Row } from '../../learning/model';
import type { Examples } from './examples';

/** How good a model is on some examples. */
export interface Quality {
  /** Higher is better. */
  readonly score: number;
  /** More scores by name; none if the score says all. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Rows of one call, and what it may take in milliseconds: generous, but not for ever. */
const rowsAtOnce = 100;
export const timeoutMs = 30_000;

/**
 * Scores a model as it says itself, else a classifier by its accuracy and a regression by its negated RMSE.
 * @throws {ModelProcessError | Error} if the model's code fails, or its score is no finite number
 */
export async function scoreCustom(
  process: ModelProcess,
  model: LoadedModel,
  { rows, targets }: Examples,
  params: ModelParams,
): Promise<Quality> {
  const outputs = (await predictionsOf(model, rows, params)).map(({ output }) => output);
  const own = await ownScore(process, model, outputs, targets);
  const isClassifier = process.abilities.kind === 'classifier';
  const metrics = isClassifier ? {} : errorsOf(outputs as number[], targets as number[]);
  const score = own ?? (isClassifier ? accuracy(outputs, targets) : 0 - metrics.rmse!);
  if (Number.isFinite(score)) return { score, metrics };
  throw new Error(`${model.shown}: predict: its answers have the score ${score}`);
}

/**
 * What a model says itself of its answers; undefined if it does not score.
 * @throws {ModelProcessError | Error} if the model's code fails, or its score is no finite number
 */
export async function ownScore(
  process: ModelProcess,
  model: LoadedModel,
  outputs: readonly Label[],
  targets: readonly Label[],
): Promise<number | undefined> {
  const score = await process.ask('score', { outputs, targets }, timeoutMs);
  if (score === undefined || Number.isFinite(score)) return score;
  throw new Error(`${model.shown}: score: answered the score ${score}`);
}

/**
 * One prediction per row, in order.
 * @throws {ModelProcessError | Error} if the model's code fails
 */
export async function predictionsOf(
  model: LoadedModel,
  rows: readonly Row[],
  params: ModelParams,
): Promise<readonly Prediction[]> {
  const predictions: Prediction[] = [];
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    predictions.push(...(await model.predict(rows.slice(start, start + rowsAtOnce), params, timeoutMs)));
  }
  return predictions;
}

function errorsOf(outputs: readonly number[], targets: readonly number[]): Record<string, number> {
  const rows = { margins: Float64Array.from(outputs), labels: Float64Array.from(targets), importances: undefined };
  return { rmse: rootMeanSquaredError(rows), mae: meanAbsoluteError(rows) };
}
