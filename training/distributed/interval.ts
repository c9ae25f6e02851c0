/** Examples that all workers together may have in flight. */
const mostInFlight = 20_000;
/** As a share of those that were learned from. */
const shareInFlight = 0.05;

/** What bounds the interval between two syncs of a worker. */
export interface IntervalLimits {
  readonly workers: number;
  readonly maxDelay: number;
  readonly minibatch: number;
  /** Examples between two syncs at most, in place of the bound over all workers; undefined for that. */
  readonly syncExamples: number | undefined;
}

/**
 * Examples that a worker learns from between two syncs: whole minibatches, at least one. More in flight would make
 * FTRL diverge: steps that are taken in parallel add up before √N has grown.
 * @param done examples that all workers have learned from
 * @param halvings how many times the job was about to diverge
 */
export function syncInterval(limits: IntervalLimits, done: number, halvings: number): number {
  const { workers, maxDelay, minibatch, syncExamples } = limits;
  const inFlight = syncExamples === undefined ? mostInFlight : syncExamples * workers;
  const bound = Math.min(inFlight, shareInFlight * done) / (workers * (1 + maxDelay) * 2 ** halvings);
  return minibatch * Math.max(1, Math.floor(bound / minibatch));
}

/** A warning for a job whose single minibatches already are more than is good for it; undefined for others. */
export function flightWarning({ workers, minibatch }: IntervalLimits): string | undefined {
  if (workers * minibatch <= 2 * mostInFlight) return undefined;
  return (
    `${workers} workers with minibatches of ${minibatch} learn from ${workers * minibatch} examples at once, ` +
    `above ${2 * mostInFlight}; accuracy suffers: use fewer workers or a smaller minibatch`
  );
}
