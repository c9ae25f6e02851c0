import type { UserItemModel } from '../model';
import { meanRankingMetrics, type RankingMetrics, rankingMetrics } from '../ranking-metrics';
import type { NamedInteractions } from './interactions/interaction-builder';
import { recommend } from './recommend';

/** How far scores are off ratings: root of the mean square, and mean of the absolute difference. */
export interface RatingErrors {
  readonly rmse: number;
  readonly mae: number;
}

/** The errors over all interactions; NaN without any. */
export function ratingErrors(model: UserItemModel, { users, items, interactions }: NamedInteractions): RatingErrors {
  const { offsets, columns, values } = interactions;
  const features = items.map((item) => model.featuresOf(item));
  let [squares, absolutes] = [0, 0];
  for (const [row, user] of users.entries()) {
    const weights = model.weightsOf(user) ?? model.averageUser;
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const error = values[entry]! - model.score(weights, features[columns[entry]!]!);
      squares += error ** 2;
      absolutes += Math.abs(error);
    }
  }
  return { rmse: Math.sqrt(squares / values.length), mae: absolutes / values.length };
}

/**
 * How well the model ranks what users did, all items of its catalogue but those seen in training; the mean over the
 * users of the interactions.
 *
 * @param seen in training; the items of no user are left out if absent
 * @returns undefined without interactions
 */
export const rankingQuality = (
  model: UserItemModel,
  interactions: NamedInteractions,
  k: number,
  seen?: NamedInteractions,
): RankingMetrics | undefined => meanRankingMetrics(userRankings(model, interactions, k, seen));

/**
 * How well the model ranks what each user did, all items of its catalogue but those seen in training, which are not asked
 * for either. Users who did nothing else are left out.
 *
 * @param seen in training; the items of no user are left out if absent
 */
export function userRankings(
  model: UserItemModel,
  { users, items, interactions }: NamedInteractions,
  k: number,
  seen?: NamedInteractions,
): RankingMetrics[] {
  const { catalogue } = model;
  const itemsOf = itemsByUser(seen);
  const { offsets, columns } = interactions;
  const metrics = users.map((user, row) => {
    const known = new Set(itemsOf(user));
    const done = Array.from(columns.subarray(offsets[row], offsets[row + 1]), (column) => items[column]!);
    const relevant = new Set(done.filter((item) => !known.has(item)));
    const knownNumbers = new Set([...known].map((item) => catalogue.numberOf(item)));
    const admits = (item: number) => !knownNumbers.has(item);
    const ranked = recommend(model, model.weightsOf(user) ?? model.averageUser, k, { admits });
    return rankingMetrics(
      ranked.map(({ item }) => catalogue.ids[item]!),
      relevant,
      k,
    );
  });
  return metrics.filter((one) => one !== undefined);
}

/** What each user has interactions with. */
function itemsByUser(interactions: NamedInteractions | undefined): (user: string) => readonly string[] {
  if (!interactions) return () => [];
  const rows = new Map(interactions.users.map((user, row) => [user, row]));
  const { offsets, columns } = interactions.interactions;
  return (user) => {
    const row = rows.get(user);
    if (row === undefined) return [];
    return Array.from(columns.subarray(offsets[row], offsets[row + 1]), (column) => interactions.items[column]!);
  };
}
