import { type Client, escapeIdentifier } from 'pg';
import type { Version } from '../../config/version';
import { migrate } from '../../service/database/migrations';
import { inTransaction } from '../../service/database/transaction';
import { inputsTable } from './version-relations';
import { asVersionRole, createVersionRole } from './version-role';

/**
 * Makes the role and the tables of a version; what is there already stays.
 * @throws {Error} if there are tables with rows, which another deployment of this version left
 */
export async function createTables(admin: Client, version: Version): Promise<void> {
  if (await hasRows(admin, inputsTable(version))) {
    throw new Error(`the tables of ${version} hold rows of an earlier deployment: modelapp revert ${version}`);
  }
  await inTransaction(admin, () => createVersionRole(admin, version));
  await asVersionRole(admin, version, () => migrate(admin, { version, scopes: ['version'] }));
}

async function hasRows(client: Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [table]);
  if (!rows[0]?.found) return false;
  const { rowCount } = await client.query(`select from ${escapeIdentifier(table)} limit 1`);
  return rowCount === 1;
}
