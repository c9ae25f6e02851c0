import { DatabaseError } from 'pg';
import { isAway } from '../availability';

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
 * @throws {LateError} and what the answer throws
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

export const sqlState = (error: unknown): string => (error instanceof DatabaseError ? (error.code ?? '') : '');

/** Tables and rights that are missing come with the migrations. */
const isUnprepared = (error: unknown): boolean => ['42P01', '42501'].includes(sqlState(error));

/** Whether the database is away, silent or not yet migrated, so that the same may work later. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof LateError || isAway(error) || isUnprepared(error);

/**
 * Waits for what a request reads.
 * @param waitMs how long, in milliseconds
 * @param whenLate gets what comes later
 * @throws {NothingStoredError} if the database does not answer in time
 */
export async function readInTime<T>(waitMs: number, answer: Promise<T>, whenLate?: (answer: T) => void): Promise<T> {
  try {
    return await inTime(performance.now() + waitMs, answer, whenLate);
  } catch (error) {
    throw isUnavailable(error) ? new NothingStoredError({ cause: error }) : error;
  }
}
