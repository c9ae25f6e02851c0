import { defineModel, type Learner } from '../../config/define';

/** Ratings by item. */
type Ratings = Readonly<Record<string, number>>;

/** What a user thinks of an item is the item's mean rating, and how far the user's ratings of similar items are off theirs. */
export default defineModel({
  kind: 'user-item',

  train({ rows, targets, hyperparameters: { neighbours = 20, shrinkage = 10 } }) {
    if (!Number.isInteger(neighbours)) throw new Error('hyperparameters.neighbours: must be a whole number');
    const users: Record<string, Record<string, number>> = {};
    for (const [i, { user, item }] of rows.entries()) users[user] = { ...users[user], [item]: targets[i]! };
    const means = meansOf(Object.values(users));
    const similar = similarities(Object.values(users), means, Number(shrinkage), neighbours as number);
    return { data: { users, means, similar }, metrics: { items: Object.keys(means).length } };
  },

  load: ({ users, means, similar }) => ({ users: new Map(Object.entries<Ratings>(users)), means, similar }),

  // The state is all that the user has rated, so that it can be made twice of the same observations.
  update: ({ users }, { user, observations }: Learner<Ratings>): Ratings => ({
    ...users.get(user),
    ...Object.fromEntries(observations.map(({ item, score }) => [item, score])),
  }),

  predict: ({ users, ...items }, rows) =>
    rows.map(({ user, item, state = users.get(user) }) => scoreOf(items, item, state)),

  topK({ users, ...items }, { user, state = users.get(user), k, candidates }) {
    const unrated = Object.keys(items.means).filter((item) => state?.[item] === undefined);
    return (candidates ?? unrated)
      .map((item) => ({ item, score: scoreOf(items, item, state) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, k);
  },
});

/** What is known of the items: the mean rating of each, and how similar the most similar ones are. */
interface Items {
  readonly means: Ratings;
  readonly similar: Readonly<Record<string, Ratings>>;
}

function scoreOf({ means, similar }: Items, item: string, rated: Ratings = {}): number {
  let [sum, weights] = [0, 0];
  for (const [other, similarity] of Object.entries(similar[item] ?? {})) {
    if (rated[other] === undefined) continue;
    sum += similarity * (rated[other] - means[other]!);
    weights += Math.abs(similarity);
  }
  return (means[item] ?? 0) + (weights > 0 ? sum / weights : 0);
}

function meansOf(users: readonly Ratings[]): Ratings {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const [item, rating] of users.flatMap((ratings) => Object.entries(ratings))) {
    const { sum, count } = sums.get(item) ?? { sum: 0, count: 0 };
    sums.set(item, { sum: sum + rating, count: count + 1 });
  }
  return Object.fromEntries([...sums].map(([item, { sum, count }]) => [item, sum / count]));
}

/** The cosines of items over the users who rated both, shrunk towards 0 where these are few; of each item the largest. */
function similarities(users: readonly Ratings[], means: Ratings, shrinkage: number, most: number): Items['similar'] {
  const items = Object.keys(means);
  const deviations = users.map((ratings) =>
    Object.entries(ratings).map(([item, r]) => [item, r - means[item]!] as const),
  );
  const [products, lengths] = [new Map<string, Map<string, [sum: number, count: number]>>(), new Map<string, number>()];
  for (const user of deviations) {
    for (const [item, a] of user) {
      lengths.set(item, (lengths.get(item) ?? 0) + a * a);
      const row = products.get(item) ?? new Map<string, [number, number]>();
      products.set(item, row);
      for (const [other, b] of user) {
        const [sum, count] = row.get(other) ?? [0, 0];
        if (other !== item) row.set(other, [sum + a * b, count + 1]);
      }
    }
  }
  const similarTo = (item: string): [string, number][] =>
    [...(products.get(item) ?? [])].map(([other, [sum, count]]) => {
      const length = Math.sqrt(lengths.get(item)! * lengths.get(other)!);
      return [other, length > 0 ? ((sum / length) * count) / (count + shrinkage) : 0];
    });
  return Object.fromEntries(
    items.map((item) => [
      item,
      Object.fromEntries(
        similarTo(item)
          .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
          .slice(0, most),
      ),
    ]),
  );
}
