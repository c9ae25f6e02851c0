import type { Pool } from 'pg';
import { migrate, pendingMigrations } from '../../service/database/migrations';
import { createViews } from '../../service/database/views';
import { CommandError } from '../failure';
import type { Settings } from '../settings';

/**
 * Makes the tables and views of the version that are missing.
 * @returns the migrations applied now
 */
export async function prepareDatabase(pool: Pool, { config, version }: Settings): Promise<readonly string[]> {
  const client = await pool.connect();
  try {
    const applied = await migrate(client, { version });
    await createViews(client, version, config.models);
    return applied;
  } finally {
    client.release();
  }
}

/**
 * For an instance among others, which never changes the tables itself.
 * @throws {CommandError} if tables are missing
 */
export async function requirePrepared(pool: Pool, { version }: Settings): Promise<void> {
  const client = await pool.connect();
  try {
    const pending = await pendingMigrations(client, { version });
    if (pending.length > 0) {
      throw new CommandError(`the tables of version ${version} are missing or old; run: modelapp migrate`);
    }
  } finally {
    client.release();
  }
}
