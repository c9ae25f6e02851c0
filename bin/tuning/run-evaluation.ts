import { type LearnerConfig, learnerOf } from '../../config/models/learner';
import { defaultRankingDepth, rankingDepth } from '../../config/models/metrics';
import type { ParameterSet } from '../../config/models/parameters';
import { type EvaluatedSet, Evaluations, type NewEvaluation } from '../../service/models/evaluations';
import { crossValidate, type SetResult } from '../../training/cross-validation/cross-validate';
import { openProblem } from '../../training/cross-validation/problem';
import { bestSet, metricFor, unfitMetric } from '../../training/cross-validation/score';
import type { CommandContext } from '../commands/context';
import { CommandError, ExitCode } from '../failure';

/** A cross-validation of a model. */
export interface EvaluationRun {
  readonly model: string;
  readonly kind: NewEvaluation['kind'];
  readonly config: LearnerConfig;
  /** What takes the place of the parameters of `config`. */
  readonly sets: readonly ParameterSet[];
  readonly folds: number;
  /** @default the first that fits what learns the model and its data */
  readonly metric?: string | undefined;
  readonly onNotice: (line: string) => void;
  /** Hears of each fold that is done. */
  readonly onFold?: (done: number, of: number) => void;
  /** Hears of each set that is done, in the order in which they end. */
  readonly onSet?: (place: number, result: SetResult, metric: string) => void;
  readonly signal: AbortSignal;
}

/** What a cross-validation found, which is in the database too. */
export interface FinishedEvaluation {
  readonly metric: string;
  /** Rows of the source. */
  readonly rows: number;
  readonly results: readonly SetResult[];
  /** Place of the best; undefined if all failed. */
  readonly best: number | undefined;
  readonly finishedAt: Date;
}

/**
 * Cross-validates a model with each set of parameters, and keeps the result in the database.
 * @throws {CommandError} if the data does not go with the metric
 * @throws {DataError | ConfError} if the data is absent or not fit for training
 */
export async function runEvaluation(context: CommandContext, run: EvaluationRun): Promise<FinishedEvaluation> {
  const { directory, pool, version } = context;
  const { model, kind, config, sets, folds, onNotice, onFold, onSet, signal } = run;
  const depth = rankingDepthOf(config, run.metric);
  const places = { directory, pool, version, onNotice };
  const opened = await openProblem({ name: model, config, folds, rankingDepth: depth, signal, ...places });
  try {
    const { problem, rows } = opened;
    const metric = run.metric ?? metricFor(problem, config);
    const fault = unfitMetric(problem, metric);
    if (fault !== undefined)
      throw new CommandError(`the metric '${metric}' does not fit ${model}: ${fault}`, ExitCode.usage);
    const results = await crossValidate(problem, sets, {
      onFold,
      onSet: (place, result) => onSet?.(place, result, metric),
      signal,
    });
    const best = bestSet(results, metric);
    const evaluation = { model, kind, folds, metric, sets: results.map(asEvaluatedSet), best: best ?? null };
    const finishedAt = await new Evaluations(pool, version).add(evaluation);
    return { metric, rows, results, best, finishedAt };
  } finally {
    await opened.close();
  }
}

/** Rankings take a query for each user and fold, so they are scored only where they are asked for. */
function rankingDepthOf(config: LearnerConfig, metric: string | undefined): number | undefined {
  const asked = metric === undefined ? undefined : rankingDepth(metric);
  return asked ?? (learnerOf(config) === 'implicit' ? defaultRankingDepth : undefined);
}

/** JSON knows no NaN. */
export function asEvaluatedSet(result: SetResult): EvaluatedSet {
  const { set: parameters, seconds } = result;
  if ('error' in result) return { parameters, seconds, error: result.error };
  const metrics = Object.entries(result.metrics).map(([name, value]) => [name, Number.isNaN(value) ? null : value]);
  return { parameters, seconds, metrics: Object.fromEntries(metrics) };
}
