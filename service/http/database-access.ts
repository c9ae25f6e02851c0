import { isAway } from '../database/availability';
import { NothingStoredError, UnknownOutcomeError } from '../database/commit/outcomes';
import { MissingTestDataError } from '../jobs/errors';
import { RevisionConflictError, UnknownRevisionError } from '../models/errors';
import { UnstorableObservationError } from '../observations/observation';
import { badRequest, HttpError, unavailable } from './errors';

/**
 * Waits for what a request needs of the database: rows, revisions, jobs.
 * @throws {HttpError} 404, 409 or 400 for what the client asks in vain, 503 if the database is away or has no room; any
 *   other failure stays as it is
 */
export async function fromDatabase<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw asAnswer(error) ?? error;
  }
}

function asAnswer(error: unknown): HttpError | undefined {
  if (error instanceof UnknownRevisionError) return new HttpError(404, error.message);
  if (error instanceof RevisionConflictError) return new HttpError(409, error.message);
  if (error instanceof MissingTestDataError) return badRequest(error.message, 'evaluation.testFraction');
  if (error instanceof UnstorableObservationError) return badRequest(error.message, error.field);
  if (error instanceof NothingStoredError) return unavailable('the database does not answer; nothing was stored');
  if (error instanceof UnknownOutcomeError) {
    return unavailable('the database does not answer; whether it was stored is not known, so send it again');
  }
  return isAway(error) ? unavailable('the database does not answer at the moment') : undefined;
}
