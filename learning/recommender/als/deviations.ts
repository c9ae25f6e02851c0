import { type Interactions, rowCount } from '../interactions/interactions';
import { sharedDoubles } from '../interactions/shared-memory';

/** What of the ratings is explained before any factors are: the mean, and how far items and users are off it. */
export interface Deviations {
  readonly mean: number;
  readonly items: Float64Array;
  readonly users: Float64Array;
}

/** So many ratings at the mean are added to each item's and user's own, so that few ratings do not say much. */
const shrinkage = 5;

/** First the items', b_i = Σ(r − μ)/(5 + n_i), then the users' on the rest, b_u = Σ(r − μ − b_i)/(5 + n_u). */
export function fitDeviations(byUser: Interactions, byItem: Interactions): Deviations {
  const { values } = byUser;
  const mean = values.reduce((sum, rating) => sum + rating, 0) / values.length;
  const items = shrunkenMeans(byItem, (rating) => rating - mean);
  const users = shrunkenMeans(byUser, (rating, item) => rating - mean - items[item]!);
  return { mean, items, users };
}

function shrunkenMeans(
  { offsets, columns, values }: Interactions,
  rest: (value: number, column: number) => number,
): Float64Array {
  return Float64Array.from({ length: offsets.length - 1 }, (_, row) => {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    let sum = 0;
    for (let entry = start; entry < end; entry++) sum += rest(values[entry]!, columns[entry]!);
    return sum / (shrinkage + end - start);
  });
}

/** The ratings without what the deviations explain: users × items. */
export function residualsOf(byUser: Interactions, { mean, items, users }: Deviations): Interactions {
  const { offsets, columns } = byUser;
  const values = sharedDoubles(byUser.values.length);
  for (let user = 0; user < rowCount(byUser); user++) {
    for (let entry = offsets[user]!; entry < offsets[user + 1]!; entry++) {
      values[entry] = byUser.values[entry]! - mean - users[user]! - items[columns[entry]!]!;
    }
  }
  return { ...byUser, values };
}
