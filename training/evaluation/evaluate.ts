import type { Loss } from '../../learning/linear/loss';
import { SparseLinearModel } from '../../learning/linear/sparse-linear-model';
import type { DataConf } from '../conf/conf';
import { BadLineCount, type BadLineLimit, describeBadLine } from '../data/bad-lines';
import { findParts } from '../data/parts';
import { DataError, DataExitCode } from '../data-error';
import { inOrder, type KeyedWeights } from '../keyed-weights';
import { findModelFiles, readModel } from '../output/model-files';
import { type Metrics, metricsOf } from '../sparse-linear/score-sparse-linear';

export interface Evaluation {
  readonly examples: number;
  readonly badLines: number;
  readonly metrics: Metrics;
}

export interface EvaluationOptions {
  readonly badLines?: BadLineLimit | undefined;
  /** Is told how it goes, in the words of the original parameter server. */
  say(line: string): void;
  warn(line: string): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The model of the files that patterns name.
 * @throws {DataError} if there are none, or they cannot be read
 */
export async function loadModelFiles(patterns: readonly string[], say: (line: string) => void): Promise<KeyedWeights> {
  const files = await findModelFiles(patterns);
  if (files.length === 0) {
    const hint = 'only snapshots are there, which a pattern with _it_ names';
    throw new DataError(`find 0 model files for ${patterns.join(', ')}; ${hint}`, DataExitCode.absent);
  }
  say(`find ${files.length} model files`);
  const model = await readModel(files);
  say(`load ${model.weights.length} model entries`);
  return model;
}

/**
 * Scores a model on all good lines of some data.
 * @throws {DataError} if files are absent or cannot be read, or too many lines are bad
 */
export async function evaluate(
  weights: KeyedWeights,
  data: DataConf,
  loss: Loss,
  { badLines, say, warn, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const files = new Set((await findParts(data, 1)).map(({ file }) => file.name));
  say(`find ${files.size} data files`);
  const model = new SparseLinearModel({ features: [], params: {}, loss, ...inOrder(weights) });
  const lines = new BadLineCount(badLines);
  const metrics = await metricsOf(model, data, loss, (minibatch) => {
    signal?.throwIfAborted();
    lines.add(minibatch);
  });
  lines.finish();
  for (const line of lines.first) warn(describeBadLine(line));
  const examples = lines.lines - lines.bad;
  say(`load ${examples} examples`);
  return { examples, badLines: lines.bad, metrics };
}
