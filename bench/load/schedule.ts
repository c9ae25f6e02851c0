import { Random } from '../../learning/random';

/** When requests are due, in milliseconds of `performance.now()`. */
export interface Schedule {
  /** The moment at which the next request was due, if that is not after `now`; asked once for each request. */
  take(now: number): number | undefined;
  /** Whether nothing will be due any more. */
  isOver(now: number): boolean;
}

/** Always one more: a client sends its next request as soon as the last one is answered. */
export const withoutPause = (end: number): Schedule => ({
  take: (now) => (now < end ? now : undefined),
  isOver: (now) => now >= end,
});

/**
 * Random moments like those of many independent clients: a Poisson process.
 * @param rate requests per second
 */
export function atRate(rate: number, start: number, end: number): Schedule {
  const random = new Random(1);
  const pause = () => (-Math.log(1 - random.uniform()) * 1000) / rate;
  let next = start + pause();
  return {
    take(now) {
      if (next > now || next >= end) return undefined;
      const due = next;
      next += pause();
      return due;
    },
    isOver: () => next >= end,
  };
}
