import fc from 'fast-check';
import { type Interactions, transpose } from '../../../../learning/recommender/interactions/interactions';
import { build, someRatings, type Triple, table } from '../support/interactions';

const triplesOf = (users: readonly string[], items: readonly string[], matrix: Interactions): Triple[] =>
  users.flatMap((user, row) =>
    Array.from(
      matrix.columns.subarray(matrix.offsets[row], matrix.offsets[row + 1]),
      (column, n): Triple => [user, items[column]!, matrix.values[matrix.offsets[row]! + n]!],
    ),
  );

describe('interactions', () => {
  test('are the last value of each user and item, both ascending, in whatever order they came', () => {
    fc.assert(
      fc.property(someRatings, (triples) => {
        const { users, items, interactions } = build(triples);

        const expected = [...table(triples)]
          .flatMap(([user, values]) => [...values].map(([item, value]): Triple => [user, item, value]))
          .sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1));
        expect(triplesOf(users, items, interactions)).toEqual(expected);
        expect(users).toEqual([...new Set(triples.map(([user]) => user))].sort());
        expect(items).toEqual([...new Set(triples.map(([, item]) => item))].sort());
      }),
    );
  });

  test('seen from the items are those of the other way round', () => {
    fc.assert(
      fc.property(someRatings, (triples) => {
        const { users, items, interactions } = build(triples);

        const turned = build(
          [...triplesOf(users, items, interactions)].map(([user, item, value]) => [item, user, value]),
        );
        expect(transpose(interactions)).toEqual(turned.interactions);
      }),
    );
  });

  test('are as many as were added, beyond the first thousand too', () => {
    const triples = Array.from({ length: 5000 }, (_, n): Triple => [`user ${n % 70}`, `item ${n % 71}`, n]);

    const { interactions } = build(triples);

    // 70 and 71 have no common divisor, so the pairs start again after 4970.
    expect(interactions.values.length).toBe(4970);
    expect(interactions.values.reduce((sum, value) => sum + value, 0)).toBe((4999 * 5000) / 2 - (29 * 30) / 2);
  });
});
