import fc from 'fast-check';
import {
  InteractionBuilder,
  type NamedInteractions,
} from '../../../../learning/recommender/interactions/interaction-builder';

/** A user, an item, a value. */
export type Triple = readonly [user: string, item: string, value: number];

export function build(triples: Iterable<Triple>): NamedInteractions {
  const builder = new InteractionBuilder();
  for (const [user, item, value] of triples) builder.add(user, item, value);
  return builder.build();
}

/** At least one rating, of few users and items; of a pair there may be several. */
export const someRatings: fc.Arbitrary<Triple[]> = fc.array(
  fc.tuple(
    fc.nat(6).map((user) => `user ${user}`),
    fc.nat(7).map((item) => `item ${item}`),
    fc.integer({ min: 2, max: 10 }).map((halves) => halves / 2),
  ),
  { minLength: 1, maxLength: 40 },
);

/** The last value of each pair, by user and then by item. */
export function table(triples: Iterable<Triple>): Map<string, Map<string, number>> {
  const byUser = new Map<string, Map<string, number>>();
  for (const [user, item, value] of triples) {
    if (!byUser.has(user)) byUser.set(user, new Map());
    byUser.get(user)!.set(item, value);
  }
  return byUser;
}
