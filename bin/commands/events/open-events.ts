import type { Pool } from 'pg';
import { Environment } from '../../../config/environment';
import { loadConfig } from '../../../config/file/load';
import { migrate } from '../../../service/database/migrations';
import type { DatabaseSettings } from '../../../service/processes/messages';
import { connect } from '../../local/open-database';
import { type PlaceOptions, readPlace } from '../../settings';
import { openPool } from '../context';

/** Deleting or importing millions of events takes its time. */
const statementTimeoutMs = 24 * 3_600_000;

/** The database of the event server, its tables made, and what was missing of them. */
export interface OpenEvents {
  readonly pool: Pool;
  /** The migrations applied now. */
  readonly applied: readonly string[];
}

/**
 * Does some work on the events, whether the server runs or not, and closes the database however the work ends.
 * @throws {CommandError | ConfigError} with a line that says what to do
 */
export async function inEvents<T>(options: PlaceOptions, work: (events: OpenEvents) => Promise<T>): Promise<T> {
  const place = readPlace(options);
  // A data directory that nobody named is that of the project here, so there has to be one.
  if (!place.database && !options.data && !process.env[Environment.dataDirectory]) await loadConfig(options.config);
  const { pool, close } = await openPool(place, connectEvents);
  try {
    return await work({ pool, applied: await makeTables(pool) });
  } finally {
    await close();
  }
}

/** Makes the tables that are missing. */
export async function prepareEvents(database: DatabaseSettings): Promise<void> {
  const pool = await connectEvents(database);
  try {
    await makeTables(pool);
  } finally {
    await pool.end();
  }
}

const connectEvents = (database: DatabaseSettings): Promise<Pool> =>
  connect(database, 'events', { statementTimeoutMs });

async function makeTables(pool: Pool): Promise<readonly string[]> {
  const client = await pool.connect();
  try {
    return await migrate(client, {});
  } finally {
    client.release();
  }
}
