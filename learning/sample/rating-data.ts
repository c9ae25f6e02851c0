import { Random } from '../random';

export interface RatingDataOptions {
  readonly users: number;
  readonly items: number;
  /** Ratings of a user on average; none rates more than half of the items. */
  readonly ratingsPerUser: number;
  readonly seed: number;
  /** Of the truth. @default 4 */
  readonly rank?: number;
  /** Standard deviation of what no model can know. @default 0.3 */
  readonly noise?: number;
}

export interface Rating {
  /** From 0. */
  readonly user: number;
  readonly item: number;
  readonly rating: number;
}

/**
 * Ratings from 1 to 5 in halves, from users' and items' deviations and a few factors, all normal: 3.5 + b_u + b_i + p·q
 * + noise. Items of low numbers are met most often. A user rates an item once
 * at most.
 */
export function* rate(options: RatingDataOptions): Generator<Rating> {
  const { users, items, ratingsPerUser, seed, rank = 4, noise = 0.3 } = options;
  const random = new Random(seed);
  const vector = (deviation: number) => Float64Array.from({ length: rank }, () => deviation * random.normal());
  // Of this size p·q has a deviation of 0.8.
  const size = Math.sqrt(0.8 / Math.sqrt(rank));
  const itemTruths = Array.from({ length: items }, () => ({ deviation: 0.4 * random.normal(), factors: vector(size) }));
  for (let user = 0; user < users; user++) {
    const deviation = 0.4 * random.normal();
    const factors = vector(size);
    const rated = new Set<number>();
    const count = Math.min(Math.round(ratingsPerUser * (0.5 + random.uniform())), Math.ceil(items / 2));
    while (rated.size < count) {
      const item = Math.floor(items * random.uniform() ** 2);
      if (rated.has(item)) continue;
      rated.add(item);
      const truth = itemTruths[item]!;
      const taste = factors.reduce((sum, p, i) => sum + p * truth.factors[i]!, 0);
      const score = 3.5 + deviation + truth.deviation + taste + noise * random.normal();
      yield { user, item, rating: Math.min(5, Math.max(1, Math.round(2 * score) / 2)) };
    }
  }
}
