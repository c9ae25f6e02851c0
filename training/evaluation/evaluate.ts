import type { Loss } from '../../learning/linear/loss';
import { SparseLinearModel } from '../../learning/linear/sparse-linear-model';
import type { DataConf } from '../conf/conf';
import { BadLineCount, type BadLineLimit, describeBadLine } from '../data/bad-lines';
import { findParts } from '../data/parts';
import { DataError } from '../data-error';
import { findModelFiles, readModel } from '../output/model-files';
import { inOrder } from '../sparse-linear/model-text';
import { type Metrics, metricsOf } from '../sparse-linear/score-sparse-linear';

export interface Evaluation {
  readonly examples: number;
  readonly badLines: number;
  readonly metrics: Metrics;
}

export interface EvaluationOptions {
  readonly badLines?: BadLineLimit | undefined;
  /** Is told how it goes, as the original parameter server tells it. */
  say(line: string): void;
  warn(line: string): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scores the model of some files on data.
 * @throws {DataError} if files are absent or cannot be read, or too many lines are bad
 */
export async function evaluate(
  modelPatterns: readonly string[],
  data: DataConf,
  loss: Loss,
  { badLines, say, warn, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const modelFiles = await findModelFiles(modelPatterns);
  if (modelFiles.length === 0) throw new DataError(`find 0 model files for ${modelPatterns.join(', ')}`);
  say(`find ${modelFiles.length} model files`);
  const weights = await readModel(modelFiles);
  say(`load ${weights.weights.length} model entries`);
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
  for (const [name, value] of Object.entries(metrics))
    say(`${name}: ${Number.isNaN(value) ? 'nan' : value.toFixed(6)}`);
  return { examples, badLines: lines.bad, metrics };
}
