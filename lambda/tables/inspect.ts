import type { Client } from 'pg';
import type { Version } from '../../config/version';
import { summarizeArchives } from './archive';
import type { Inspection } from './direct-call';
import { countRevisionFiles } from './revision-files';
import { countRows, versionRelations } from './version-relations';
import { countSessions, versionRoleExists } from './version-role';

export async function inspect(client: Client, version: Version): Promise<Inspection> {
  const rows: Record<string, number> = {};
  for (const relation of await versionRelations(client, version)) {
    rows[relation.name] = await countRows(client, relation);
  }
  const files = await countRevisionFiles(version);
  return {
    role: await versionRoleExists(client, version),
    sessions: await countSessions(client, version),
    rows,
    ...(files > 0 && { files }),
    archives: await summarizeArchives(version),
  };
}
