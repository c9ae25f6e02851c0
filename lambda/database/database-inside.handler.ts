import { Database, Role } from '../../config/database';
import { parseVersion } from '../../config/version';
import { migrate } from '../../service/database/migrations';
import { withDatabase } from '../database-connection';
import type { MasterLogin } from './master-login';
import { createAdmin, createSharedRoles } from './roles';

/** Inside the VPC: makes the roles and the shared tables. What is there already stays. */
export async function handler(master: MasterLogin): Promise<void> {
  await withDatabase(master, (client) => createAdmin(client, Database.name));
  await withDatabase({ user: Role.admin }, async (client) => {
    await migrate(client, { version: anyVersion, scopes: ['shared'] });
    await createSharedRoles(client, Database.name);
  });
}

/** Shared migrations do not depend on it. */
const anyVersion = parseVersion('0.0.0');
