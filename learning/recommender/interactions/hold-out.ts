import { randomFor } from '../../random';
import { InteractionBuilder, type NamedInteractions } from './interaction-builder';
import { rowCount } from './interactions';

/** Interactions to learn from and others to measure with; each knows its own users and items only. */
export interface HeldOut {
  readonly train: NamedInteractions;
  readonly test: NamedInteractions;
}

/**
 * Holds out a share of the interactions at random; the same arguments give the same split.
 * @param testFraction from 0 to below 1
 */
export function holdOut(
  { users, items, interactions }: NamedInteractions,
  testFraction: number,
  seed: number,
): HeldOut {
  const random = randomFor(seed, 'held out', 0);
  const train = new InteractionBuilder();
  const test = new InteractionBuilder();
  const { offsets, columns, values } = interactions;
  for (let user = 0; user < rowCount(interactions); user++) {
    for (let entry = offsets[user]!; entry < offsets[user + 1]!; entry++) {
      const part = random.uniform() < testFraction ? test : train;
      part.add(users[user]!, items[columns[entry]!]!, values[entry]!);
    }
  }
  return { train: train.build(), test: test.build() };
}
