import { Random } from '../../learning/random';

/*
 * The events of a shop over a year, in order of time. A few people do much of what is done, and a few things are wanted
 * by many: the share of all events that belongs to the first k of n is the square root of k / n.
 */

export const people = 100_000;
export const things = 10_000;

/** Names of events, each as often as it stands here. */
export const deeds: readonly string[] = ['view', 'view', 'view', 'view', 'view', 'like', 'like', 'cart', 'buy', 'rate'];

export const firstMillis = Date.parse('2025-01-01T00:00:00Z');

/** Milliseconds from one event to the next, if there are so many. */
export const millisBetween = (count: number): number => Math.floor((365 * 86_400_000) / count);

/** The events as lines of JSON without ids, in the form that an import reads; without line ends. */
export function* shopLines(count: number): Generator<string> {
  const random = new Random(1);
  const step = millisBetween(count);
  for (let n = 0; n < count; n += 1) {
    const who = Math.floor(people * random.uniform() ** 2);
    const what = Math.floor(things * random.uniform() ** 2);
    const deed = deeds[random.below(deeds.length)];
    yield `{"event":"${deed}","entityType":"user","entityId":"u${who}","targetEntityType":"item","targetEntityId":"i${what}",` +
      `"properties":{"price":${what / 100},"quantity":${1 + (n % 3)}},` +
      `"eventTime":"${new Date(firstMillis + n * step).toISOString()}"}`;
  }
}
