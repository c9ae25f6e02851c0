import type { Context } from 'aws-lambda';

/** How long a function may still work, before it has to answer. */
export interface Deadline {
  /** In milliseconds. */
  readonly remaining: () => number;
  /** Aborts when the time is over: what is under way has to stop, as it is answered for already. */
  readonly signal: AbortSignal;
}

/** Kept back of a function's time for its answer. */
const answerMs = 10_000;

/** @throws {Error} `ran out of time: run it again`, if the work takes longer than the function may */
export async function withinTime<T>(
  context: Pick<Context, 'getRemainingTimeInMillis'>,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const remaining = () => context.getRemainingTimeInMillis() - answerMs;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const end = () => {
      controller.abort();
      reject(new Error('ran out of time: run it again'));
    };
    timer = setTimeout(end, Math.max(0, remaining()));
  });
  return Promise.race([timeout, work({ remaining, signal: controller.signal })]).finally(() => clearTimeout(timer));
}
