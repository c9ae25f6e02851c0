import type { Pool, PoolClient } from 'pg';
import { migrate, pendingMigrations } from '../../service/database/migrations';
import { createViews } from '../../service/database/views';
import { CommandError } from '../failure';
import type { Settings } from '../settings';

/**
 * Makes the tables and views of the version that are missing.
 * @returns the migrations applied now
 */
export function prepareDatabase(pool: Pool, { config, version }: Settings): Promise<readonly string[]> {
  return withClient(pool, async (client) => {
    const applied = await migrate(client, { version });
    await createViews(client, version, config.models);
    return applied;
  });
}

/** Makes the views of the configured models, for a database whose tables were made without knowing the models. */
export const makeViews = (pool: Pool, { config, version }: Settings): Promise<void> =>
  withClient(pool, (client) => createViews(client, version, config.models));

/**
 * For an instance among others, which never changes the tables itself.
 * @throws {CommandError} if tables are missing
 */
export function requirePrepared(pool: Pool, { version }: Settings): Promise<void> {
  return withClient(pool, async (client) => {
    const pending = await pendingMigrations(client, { version });
    if (pending.length > 0) {
      throw new CommandError(`the tables of version ${version} are missing or old; run: modelapp migrate`);
    }
  });
}

async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}
