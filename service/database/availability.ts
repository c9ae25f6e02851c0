import { DatabaseError } from 'pg';

/** Classes of SQLSTATE that blame the statement: its data, its constraints, its syntax or rights, its size. */
const faultOfStatement = /^(?:22|23|42|54)/;

/**
 * Whether an error says that the database is away or has no room, and nothing of what was asked of it. Lost and refused
 * connections are errors of no class of their own; several addresses refuse as one `AggregateError`.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseError) return !faultOfStatement.test(error.code ?? '');
  return error instanceof AggregateError || (error as Error).constructor === Error;
}
