import { type ParameterSet, withParameters } from '../../config/models/parameters';
import type { AlsConfig } from '../../config/schema';
import { foldOf } from '../../learning/folds';
import { meanRankingMetrics, type RankingMetrics } from '../../learning/ranking-metrics';
import { userRankings } from '../../learning/recommender/evaluate';
import { InteractionBuilder } from '../../learning/recommender/interactions/interaction-builder';
import { DataError } from '../data-error';
import { factoriseInThreads } from '../recommender/factorise';
import { factorisationOf } from '../recommender/train-als';
import type { Metrics } from '../sparse-linear/score-sparse-linear';

/** Interactions in the order in which they were read; entry i of each list is of row i. */
export interface InteractionRows {
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly values: Float64Array;
}

/** A recommender. */
export interface InteractionProblem {
  readonly kind: 'interactions';
  readonly config: AlsConfig;
  readonly folds: number;
  readonly source: string;
  readonly interactions: InteractionRows;
  /** How many recommendations are scored; undefined if none are. */
  readonly rankingDepth?: number | undefined;
}

/** What a recommender says of the test rows of a fold. */
export interface InteractionOutcome {
  readonly kind: 'interactions';
  /** How far the score is off the rating, for each test row; none where values do not count. */
  readonly errors: readonly number[];
  /** How well each user's items were ranked. */
  readonly queries: readonly RankingMetrics[];
  readonly rankingDepth: number | undefined;
}

/**
 * Trains on the interactions outside of a fold, of a user and an item on the last; scores each interaction in it, and asks
 * once for each user with one.
 * @throws {DataError} if no interaction is left to train on
 */
export async function runInteractionFold(
  { config, folds, source, interactions: { users, items, values }, rankingDepth }: InteractionProblem,
  set: ParameterSet,
  fold: number,
  signal?: AbortSignal,
): Promise<InteractionOutcome> {
  const [train, test] = [new InteractionBuilder(), new InteractionBuilder()];
  const testRows: number[] = [];
  for (const [row, user] of users.entries()) {
    const isTest = foldOf(row, folds) === fold;
    if (isTest) testRows.push(row);
    (isTest ? test : train).add(user, items[row]!, values[row]!);
  }
  if (train.size === 0) throw new DataError(`${source}: one interaction is too few to hold some out`);
  const seen = train.build();
  const model = await factoriseInThreads(factorisationOf(seen, withParameters(config, set)), { threads: 1, signal });
  const errorOf = (row: number): number =>
    values[row]! - model.score(model.weightsOf(users[row]!) ?? model.averageUser, model.featuresOf(items[row]!));
  return {
    kind: 'interactions',
    errors: config.mode === 'implicit' ? [] : testRows.map(errorOf),
    queries: rankingDepth === undefined ? [] : userRankings(model, test.build(), rankingDepth, seen),
    rankingDepth,
  };
}

/** Metrics over the union of folds: of ratings over all rows, of rankings the mean over all queries. */
export function interactionMetrics(outcomes: readonly InteractionOutcome[]): Metrics {
  const errors = outcomes.flatMap((outcome) => outcome.errors);
  const ranking = meanRankingMetrics(outcomes.flatMap(({ queries }) => queries));
  const k = outcomes[0]?.rankingDepth;
  return {
    ...(errors.length > 0 && {
      rmse: Math.sqrt(meanOf(errors, (error) => error ** 2)),
      mae: meanOf(errors, Math.abs),
    }),
    ...(k !== undefined && {
      [`precision@${k}`]: ranking?.precision ?? Number.NaN,
      [`hr@${k}`]: ranking?.hitRate ?? Number.NaN,
      [`ndcg@${k}`]: ranking?.ndcg ?? Number.NaN,
      [`map@${k}`]: ranking?.map ?? Number.NaN,
    }),
  };
}

const meanOf = (numbers: readonly number[], of: (number: number) => number): number =>
  numbers.reduce((sum, number) => sum + of(number), 0) / numbers.length;
