import type { LearnerConfig } from '../../config/models/learner';
import { learnerOf } from '../../config/models/learner';
import { defaultMetric, isLowerBetter, ownMetric, rankingDepth } from '../../config/models/metrics';
import type { Label } from '../../learning/model';
import type { SetResult } from './cross-validate';
import type { CustomProblem } from './custom-fold';
import type { Problem } from './problem';

/** What is measured of the squared loss, and of all others. */
const [ofNumbers, ofSigns] = [
  ['rmse', 'mae'],
  ['auc', 'accuracy', 'logloss'],
];

/** By what the sets of a problem are compared unless a metric is named. */
export function metricFor(problem: Problem, config: LearnerConfig): string {
  if (problem.kind === 'lines' && problem.conf.loss === 'SQUARE') return 'rmse';
  if (problem.kind !== 'custom') return defaultMetric(learnerOf(config));
  const { scores, kind } = problem.abilities;
  if (scores) return ownMetric;
  return kind === 'classifier' ? 'accuracy' : 'rmse';
}

/**
 * What the data says against a metric; undefined if it can be measured.
 * @param metric one that goes with what learns the model
 */
export function unfitMetric(problem: Problem, metric: string): string | undefined {
  if (problem.kind === 'lines') {
    const { loss } = problem.conf;
    const measured = loss === 'SQUARE' ? ofNumbers : ofSigns;
    return measured.includes(metric) ? undefined : `of the loss ${loss} there are ${measured.join(', ')}`;
  }
  if (problem.kind === 'custom') return unfitForCode(problem, metric);
  return problem.kind === 'rows' && metric === 'auc' ? unfitForAuc(problem.dataset.labels) : undefined;
}

function unfitForCode({ abilities, config, examples }: CustomProblem, metric: string): string | undefined {
  const { algorithm } = config;
  if (metric === ownMetric) return abilities.scores ? undefined : `${algorithm} has no score`;
  if (rankingDepth(metric) !== undefined) return abilities.ranks ? undefined : `${algorithm} has no topK`;
  const measured = abilities.kind === 'classifier' ? ofSigns : ofNumbers;
  if (!measured.includes(metric)) return `of the kind '${abilities.kind}' there are ${measured.join(', ')}`;
  return metric === 'auc' ? unfitForAuc(examples.targets) : undefined;
}

function unfitForAuc(labels: readonly Label[]): string | undefined {
  const classes = new Set(labels).size;
  return classes === 2 ? undefined : `it needs two classes, the data has ${classes}`;
}

/** The score of a set by a metric; undefined if the set failed, or the metric is not defined. */
export function scoreOfSet(result: SetResult, metric: string): number | undefined {
  const score = 'metrics' in result ? result.metrics[metric] : undefined;
  return score !== undefined && Number.isFinite(score) ? score : undefined;
}

/**
 * The place of the best set, of equal ones the first; what failed cannot win.
 * @returns undefined if all failed
 */
export function bestSet(results: readonly SetResult[], metric: string): number | undefined {
  const sign = isLowerBetter(metric) ? -1 : 1;
  let best: { readonly place: number; readonly score: number } | undefined;
  for (const [place, result] of results.entries()) {
    const score = scoreOfSet(result, metric);
    if (score !== undefined && (!best || sign * score > sign * best.score)) best = { place, score };
  }
  return best?.place;
}
