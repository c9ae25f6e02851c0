import { type Client, escapeIdentifier } from 'pg';
import { Database, EventTables, Role } from '../../config/database';
import type { Version } from '../../config/version';
import { createLogin, ownTables } from '../database/roles';

/** Records which migrations were applied; the role of a version writes to it while its tables are made. */
const ledger = 'modelapp_migrations';

/** As the admin: makes the role of a version, which may use the shared tables, learn from events, store what it predicts and make its own. */
export async function createVersionRole(admin: Client, version: Version): Promise<void> {
  const role = escapeIdentifier(Role.version(version));
  await createLogin(admin, Role.version(version));
  await admin.query(`grant rds_iam to ${role}`);
  await admin.query(`grant ${role} to ${escapeIdentifier(Role.admin)} with inherit true, set true`);
  await admin.query(`grant connect, temporary on database ${escapeIdentifier(Database.name)} to ${role}`);
  await admin.query(`grant usage, create on schema public to ${role}`);
  for (const table of (await ownTables(admin)).filter(isNoEventTable)) {
    const rights = table === ledger ? 'select' : 'select, insert, update';
    await admin.query(`grant ${rights} on ${escapeIdentifier(table)} to ${role}`);
  }
  await admin.query(`grant select on ${EventTables.learnt.join(', ')} to ${role}`);
  await admin.query(`grant usage, select on sequence ${EventTables.sequences.join(', ')} to ${role}`);
  await admin.query(`grant insert on events to ${role}`);
  // Locking an app while an event of its is stored takes the right to change some column.
  await admin.query(`grant update (description) on apps to ${role}`);
}

const isNoEventTable = (table: string): boolean => !(EventTables.all as readonly string[]).includes(table);

/** Works as the role of the version, so that it owns what is made; all it makes is recorded, and training may read it. */
export async function asVersionRole(admin: Client, version: Version, make: () => Promise<unknown>): Promise<void> {
  const role = escapeIdentifier(Role.version(version));
  await admin.query(`grant insert on ${ledger} to ${role}`);
  await admin.query(`set role ${role}`);
  await make();
  for (const table of await ownTables(admin)) {
    await admin.query(`grant select on ${escapeIdentifier(table)} to ${escapeIdentifier(Role.training)}`);
  }
  await admin.query('reset role');
  await admin.query(`revoke insert on ${ledger} from ${role}`);
}

/** Whether the role of the version is there. */
export async function versionRoleExists(client: Client, version: Version): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [Role.version(version)]);
  return rowCount === 1;
}

/** How many connections the role of the version has. */
export async function countSessions(client: Client, version: Version): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::integer as count from pg_stat_activity where usename = $1',
    [Role.version(version)],
  );
  return rows[0]?.count ?? 0;
}
