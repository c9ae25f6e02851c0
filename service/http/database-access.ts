import { DatabaseError } from 'pg';
import { unavailable } from './errors';

/** Classes of SQLSTATE that blame the statement: its data, its constraints, its syntax or rights. */
const faultOfStatement = /^(?:22|23|42)/;

/**
 * Waits for what a request needs of the database.
 * @throws {HttpError} 503 if the database is away or has no room; any other failure stays as it is
 */
export async function fromDatabase<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!isAway(error)) throw error;
    const answer = unavailable('the database does not answer at the moment');
    answer.cause = error;
    throw answer;
  }
}

/** Lost and refused connections are errors of no class of their own; several addresses refuse as one `AggregateError`. */
function isAway(error: unknown): boolean {
  if (error instanceof DatabaseError) return !faultOfStatement.test(error.code ?? '');
  return error instanceof AggregateError || (error as Error).constructor === Error;
}
