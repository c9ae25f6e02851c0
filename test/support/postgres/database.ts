import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';
import { parseVersion } from '../../../config/version';
import { migrate } from '../../../service/database/migrations';
import { sharedServerUrl } from './shared-server';

export { startTestServer, type TestServer } from './postgres-server';

/** A database of one's own on the server that all tests share. */
export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  /** Ends the pool and removes the database, also while others are connected. */
  drop(): Promise<void>;
}

/** The version whose tables a migrated test database has. */
export const testVersion = parseVersion('1.0.0');

/** Makes a database: empty, or with all tables of `testVersion`. */
export async function createTestDatabase({ migrated }: { migrated: boolean }): Promise<TestDatabase> {
  const serverUrl = await sharedServerUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = databaseUrl(serverUrl, name);
  await onServer(serverUrl, (client) => client.query(`create database ${name}`));
  if (migrated) await onServer(url, (client) => migrate(client, { version: testVersion }));
  const pool = new Pool({ connectionString: url, max: 5 });
  // A test that kills connections must not die of it.
  pool.on('error', () => {});
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await onServer(serverUrl, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

/** The same server, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
