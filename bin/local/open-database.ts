import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Version } from '../../config/version';
import { checkDatabase, explainConnectionError } from '../../service/database/connection-errors';
import { createPool, type DatabaseSettings as PoolSettings } from '../../service/database/pool';
import type { DatabaseSettings } from '../../service/processes/messages';
import { CommandError, ExitCode } from '../failure';
import type { Settings } from '../settings';

/** A database that answers, and what to do when it is no longer needed. */
export interface OpenDatabase {
  readonly database: DatabaseSettings;
  /** What it is, for people: `embedded PostgreSQL in .modelapp/postgres`. */
  readonly description: string;
  close(): Promise<void>;
}

/**
 * Opens the database of the settings: the given one, else the embedded one, started if it does not run.
 * @throws {Error} with one line that says what to do
 */
export async function openDatabase(settings: Settings, log?: (message: string) => void): Promise<OpenDatabase> {
  if (settings.database) {
    const { database } = settings;
    return { database, description: `PostgreSQL at ${new URL(database.url).host}`, close: async () => undefined };
  }
  // Loaded here: the image has no embedded PostgreSQL.
  const { useEmbeddedPostgres } = await import('../../service/database/use-embedded');
  const folder = join(settings.dataDirectory, 'postgres');
  const { url, leave } = await useEmbeddedPostgres(folder, log && { log });
  return { database: { url, auth: 'password' }, description: `embedded PostgreSQL in ${folder}`, close: leave };
}

/**
 * Connects to a database that answers.
 * @param user who is connected, as the database shows it
 * @throws {CommandError} with one line that says what is wrong and what to do
 */
export async function connect(
  database: DatabaseSettings,
  user: Version | 'events',
  limits: Pick<PoolSettings, 'statementTimeoutMs'> = {},
): Promise<Pool> {
  const pool = await createPool({ ...database, ...limits, application: `modelapp ${user}` });
  try {
    await checkDatabase(pool);
  } catch (error) {
    await pool.end();
    throw new CommandError(explainConnectionError(error, database.url), ExitCode.noAccess);
  }
  return pool;
}
