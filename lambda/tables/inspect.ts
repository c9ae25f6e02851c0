import type { Client } from 'pg';
import type { Version } from '../../config/version';
import { countRows, feedback, inputsTable, versionTables } from './version-relations';
import { countSessions, versionRoleExists } from './version-role';

/** What a version has in the database. */
export interface Inspection {
  /** Whether its role is there. */
  readonly role: boolean;
  readonly sessions: number;
  /** Rows by table, with the version's part of `feedback`. */
  readonly rows: Readonly<Record<string, number>>;
}

export async function inspect(client: Client, version: Version): Promise<Inspection> {
  const tables = await versionTables(client, version);
  const relations = tables.some(({ name }) => name === inputsTable(version)) ? [...tables, feedback(version)] : tables;
  const rows: Record<string, number> = {};
  for (const relation of relations) rows[relation.name] = await countRows(client, relation);
  return { role: await versionRoleExists(client, version), sessions: await countSessions(client, version), rows };
}
