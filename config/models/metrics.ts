import { describeLearner, type Learner } from './hyperparameters';

const rankingMetrics = ['precision', 'hr', 'ndcg', 'map'] as const;
const rankingPattern = /^(?:precision|hr|ndcg|map)@([1-9]\d{0,3})$/;
const rankingAt = (k: number | 'k'): readonly string[] => rankingMetrics.map((metric) => `${metric}@${k}`);

const classMetrics = ['accuracy', 'logloss', 'auc'];
const errorMetrics = ['rmse', 'mae'];
/** What a model of the user's own says by its `score`. */
export const ownMetric = 'score';

/** How many recommendations are scored unless a metric says so. */
export const defaultRankingDepth = 10;

/** What can be measured of each learner, the first by default. */
const metricsOf = {
  softmax: classMetrics,
  naive: classMetrics,
  explicit: [...errorMetrics, ...rankingAt('k')],
  velox: [...errorMetrics, ...rankingAt('k')],
  implicit: rankingAt('k'),
  'sparse-linear': ['auc', 'accuracy', 'logloss', ...errorMetrics],
  custom: [...classMetrics, ...errorMetrics, ownMetric],
  'custom user-item': [...errorMetrics, ...rankingAt('k'), ownMetric],
} as const satisfies Record<Learner, readonly string[]>;

/** The metric by which parameters of a learner are chosen unless one is named. */
export const defaultMetric = (learner: Learner): string =>
  learner === 'implicit' ? `ndcg@${defaultRankingDepth}` : metricsOf[learner][0]!;

/** How many recommendations a metric scores: 5 for `ndcg@5`; undefined if it is none of rankings. */
export function rankingDepth(metric: string): number | undefined {
  const [, k] = rankingPattern.exec(metric) ?? [];
  return k === undefined ? undefined : Number(k);
}

/** Whether less is better, as of all errors and losses. */
export const isLowerBetter = (metric: string): boolean => ['rmse', 'mae', 'logloss'].includes(metric);

/** What is wrong with a metric for a learner; undefined if it can be measured. */
export function metricFault(learner: Learner, metric: string): string | undefined {
  const known: readonly string[] = metricsOf[learner];
  if (known.includes(rankingPattern.test(metric) ? metric.replace(/\d+$/, 'k') : metric) && !metric.endsWith('@k')) {
    return undefined;
  }
  const numbers = known.some((name) => name.endsWith('@k')) ? ', with a number from 1 to 9999 for k' : '';
  return `'${metric}' is no metric of ${describeLearner(learner)}; write one of ${known.join(', ')}${numbers}`;
}
