import { type Client, escapeIdentifier } from 'pg';
import { EventTables, Role } from '../../config/database';
import { inTransaction } from '../../service/database/transaction';

/** Roles that belong to `rds_iam` log in by IAM token and by nothing else. */
const tokenLogin = 'rds_iam';

/**
 * As the master user: makes the admin role, which does all the rest.
 * @param database the connected database
 */
export async function createAdmin(master: Client, database: string): Promise<void> {
  const admin = escapeIdentifier(Role.admin);
  await inTransaction(master, async () => {
    await createLogin(master, Role.admin, 'createrole');
    await master.query(`grant ${tokenLogin} to ${admin} with admin option`);
    await master.query(`revoke all on database ${escapeIdentifier(database)} from public`);
    await master.query(
      `grant connect, temporary on database ${escapeIdentifier(database)} to ${admin} with grant option`,
    );
    await master.query(`grant usage, create on schema public to ${admin} with grant option`);
  });
}

/** As the admin, after the shared migrations: makes the roles that are no version's. */
export async function createSharedRoles(admin: Client, database: string): Promise<void> {
  await inTransaction(admin, async () => {
    for (const role of [Role.events, Role.training]) {
      await createLogin(admin, role);
      await admin.query(`grant ${tokenLogin} to ${escapeIdentifier(role)}`);
      // Imports of events collect their lines in a temporary table first.
      const rights = role === Role.events ? 'connect, temporary' : 'connect';
      await admin.query(`grant ${rights} on database ${escapeIdentifier(database)} to ${escapeIdentifier(role)}`);
      await admin.query(`grant usage on schema public to ${escapeIdentifier(role)}`);
    }
    for (const table of (await ownTables(admin)).filter((name) => name !== EventTables.keys)) {
      await admin.query(`grant select on ${escapeIdentifier(table)} to ${escapeIdentifier(Role.training)}`);
    }
    await grantEventTables(admin);
  });
}

async function grantEventTables(admin: Client): Promise<void> {
  const role = escapeIdentifier(Role.events);
  await admin.query(`grant select on modelapp_migrations to ${role}`);
  await admin.query(`grant select, insert, update, delete on ${EventTables.all.join(', ')} to ${role}`);
  await admin.query(`grant usage, select on sequence ${EventTables.sequences.join(', ')} to ${role}`);
}

/** Makes a role that may log in; one that is there may again. */
export async function createLogin(client: Client, role: string, attributes = ''): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  await client.query(`${rowCount ? 'alter' : 'create'} role ${escapeIdentifier(role)} with login ${attributes}`);
}

/** The tables of the connected role. */
export async function ownTables(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tableowner = current_user order by 1`,
  );
  return rows.map(({ name }) => name);
}
