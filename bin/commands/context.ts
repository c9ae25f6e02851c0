import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import type { ModelStore } from '../../service/models/store/model-store';
import { openModelStore } from '../../service/models/store/open-model-store';
import type { DatabaseSettings } from '../../service/processes/messages';
import { makeDataDirectory } from '../local/data-directory';
import { connect } from '../local/open-database';
import { prepareDatabase, requirePrepared } from '../local/prepare-database';
import type { Place, Settings } from '../settings';

/** What a command works on that reads or changes models. */
export interface CommandContext {
  readonly pool: Pool;
  readonly config: Config;
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  readonly version: Version;
  readonly modelStore: ModelStore;
  close(): Promise<void>;
}

/** Opens database and model store; the caller closes them. */
export type OpenContext = (settings: Settings) => Promise<CommandContext>;

/**
 * Opens what the settings name, with all tables made.
 * @throws {CommandError | Error} with one line that says what to do
 */
export const openContext: OpenContext = (settings) => open(settings, prepareDatabase);

/**
 * Opens what the settings name for a process of the service, which never makes tables.
 * @throws {CommandError | Error} with one line, also if tables are missing
 */
export const openPreparedContext: OpenContext = (settings) => open(settings, requirePrepared);

async function open(
  settings: Settings,
  prepare: (pool: Pool, settings: Settings) => Promise<unknown>,
): Promise<CommandContext> {
  const { config, directory, version, modelLocation } = settings;
  const { pool, close } = await openPool(settings, (database) => connect(database, version));
  try {
    await prepare(pool, settings);
    return { pool, config, directory, version, modelStore: openModelStore(modelLocation), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A pool that is closed together with all that was opened for it. */
export interface OpenPool {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** Opens the database of a place: the given one, or the embedded one, which need not run. */
export async function openPool(
  place: Place,
  connectTo: (database: DatabaseSettings) => Promise<Pool>,
): Promise<OpenPool> {
  const { database, close } = await openPlace(place);
  try {
    const pool = await connectTo(database);
    return { pool, close: () => pool.end().finally(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The database of a place: the given one, or the embedded one, started if it does not run. */
export const openPlace = async (place: Place): Promise<{ database: DatabaseSettings; close(): Promise<void> }> =>
  place.database ? { database: place.database, close: async () => {} } : openEmbedded(place.dataDirectory);

/** Does some work on a context, and closes it however the work ends. */
export async function inContext<T>(
  open: OpenContext,
  settings: Settings,
  work: (context: CommandContext) => Promise<T>,
): Promise<T> {
  const context = await open(settings);
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

/** Other commands, and a service, may use the same database at the same time. */
async function openEmbedded(dataDirectory: string): Promise<{ database: DatabaseSettings; close(): Promise<void> }> {
  // Loaded here: the image has no embedded PostgreSQL.
  const { useEmbeddedPostgres } = await import('../../service/database/use-embedded');
  makeDataDirectory(dataDirectory);
  const { url, leave } = await useEmbeddedPostgres(join(dataDirectory, 'postgres'));
  return { database: { url, auth: 'password' }, close: leave };
}
