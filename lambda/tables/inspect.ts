import type { Client } from 'pg';
import type { Version } from '../../config/version';
import { summarizeArchives } from './archive';
import type { Inspection } from './direct-call';
import { countRows, versionRelations } from './version-relations';
import { countSessions, versionRoleExists } from './version-role';

export async function inspect(client: Client, version: Version): Promise<Inspection> {
  const rows: Record<string, number> = {};
  for (const relation of await versionRelations(client, version)) {
    rows[relation.name] = await countRows(client, relation);
  }
  return {
    role: await versionRoleExists(client, version),
    sessions: await countSessions(client, version),
    rows,
    archives: await summarizeArchives(version),
  };
}
