import { DatabaseError } from 'pg';
import type { Logger } from 'pino';
import { explainConnectionError } from '../../service/database/connection-errors';
import { MigrationError, pendingMigrations } from '../../service/database/migrations';
import { createPool } from '../../service/database/pool';
import type { DatabaseSettings } from '../../service/processes/messages';
import { CommandError, ExitCode } from '../failure';

/** Classes of SQLSTATE that say that this login, or this database, will never do, or lacks a right. */
const neverMended = /^(?:28|3D|42)/;

/**
 * For an event server among others, which never makes tables. It waits for a database that is away by itself; what waiting
 * does not mend is told here, so that a deployment fails instead of taking no events.
 * @throws {CommandError | MigrationError} if tables are missing or old, or the login is refused
 */
export async function requireEventTables(database: DatabaseSettings, logger: Logger): Promise<void> {
  const pool = await createPool({ ...database, application: 'modelapp events', maxConnections: 1 });
  let pending: readonly string[];
  try {
    const client = await pool.connect();
    pending = await pendingMigrations(client, {}).finally(() => client.release());
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    const reason = explainConnectionError(error, database.url);
    if (isNeverMended(error)) throw new CommandError(reason, ExitCode.noAccess);
    logger.warn(`${reason}; events are refused until it answers`);
    return;
  } finally {
    await pool.end();
  }
  if (pending.length === 0) return;
  throw new CommandError(
    `the tables of the event server are missing or old (${pending.join(', ')}); run: modelapp migrate, on AWS: modelapp deploy events`,
  );
}

const isNeverMended = (error: unknown): boolean => error instanceof DatabaseError && neverMended.test(error.code ?? '');
