import type { Minibatch } from '../data/part';

/** Minibatches whose sums are asked for at once. */
export interface Portion {
  readonly minibatches: readonly Minibatch[];
  /** Whether nothing follows. */
  readonly isLast: boolean;
}

/** Lines of a portion at most: so much data stays in memory. */
const mostLines = 20_000;

/**
 * Puts minibatches together in portions.
 * @param interval how many lines of a portion there are to be, asked after each minibatch; at least one minibatch is
 */
export async function* inPortions(
  minibatches: AsyncIterable<Minibatch>,
  interval: () => number,
): AsyncGenerator<Portion> {
  let portion: Minibatch[] = [];
  let lines = 0;
  for await (const minibatch of minibatches) {
    portion.push(minibatch);
    lines += minibatch.lines;
    if (lines < Math.min(interval(), mostLines)) continue;
    yield { minibatches: portion, isLast: false };
    portion = [];
    lines = 0;
  }
  yield { minibatches: portion, isLast: true };
}
