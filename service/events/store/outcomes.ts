/** The database did not do it in time, and never will: nothing of the request is stored. */
export class NothingStoredError extends Error {
  override readonly name = 'NothingStoredError';
  constructor(options?: ErrorOptions) {
    super('The database is not available; nothing was stored.', options);
  }
}

/** The connection was lost during COMMIT and the database did not come back in time to be asked. */
export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError';
  constructor(options?: ErrorOptions) {
    super('The outcome is not known; send it again with the same eventId.', options);
  }
}

/** An answer that took too long. */
class LateError extends Error {
  override readonly name = 'LateError';
}

/**
 * Waits for an answer of the database until `deadline`, in milliseconds of `performance.now()`.
 * @param whenLate gets what comes after the deadline
 * @throws {Error} whatever the answer is, and an error that {@link isLate} knows
 */
export function inTime<T>(deadline: number, answer: Promise<T>, whenLate: (answer: T) => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(
      () => {
        isLate = true;
        reject(new LateError('the database took too long'));
      },
      Math.max(0, deadline - performance.now()),
    );
    answer.then(
      (value) => {
        clearTimeout(timer);
        if (isLate) whenLate(value);
        else resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

export const isLate = (error: unknown): boolean => error instanceof LateError;
