import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { Role } from '../../config/database';
import type { Version } from '../../config/version';
import { inTransaction } from '../../service/database/transaction';
import type { Deadline } from '../deadline';
import type { Archive } from './archive';
import { versionRelations } from './version-relations';
import { countSessions, versionRoleExists } from './version-role';

export interface DropOptions {
  readonly version: Version;
  /** Where the rows go first; undefined if they are not to be kept. */
  readonly archive: Archive | undefined;
  /** How long the tasks of the version may still ship what they have. */
  readonly sessionWaitMs: number;
  readonly deadline: Deadline;
}

/** Archives and drops all that a version has in the database; nothing, if it is gone already. */
export async function dropTables(admin: Client, options: DropOptions): Promise<void> {
  const { version, archive, deadline } = options;
  if (!(await versionRoleExists(admin, version))) return;
  await endSessions(admin, version, options.sessionWaitMs);
  const relations = await versionRelations(admin, version);
  await archive?.write(admin, relations, deadline);
  await serializable(admin, async () => {
    // Other versions' services may still take feedback, so what is archived is what this transaction sees and deletes.
    for (const relation of relations.filter(({ shared }) => shared)) {
      await archive?.refresh(admin, relation, deadline);
      await admin.query(`delete from ${relation.source} where ${relation.condition}`);
    }
    await archive?.verify();
    await admin.query('delete from modelapp_migrations where scope = $1', [version]);
    await admin.query(`drop owned by ${escapeIdentifier(Role.version(version))}`);
    await admin.query(`drop role ${escapeIdentifier(Role.version(version))}`);
  });
}

/** Waits for the tasks to finish, then lets nobody in and ends who is left. */
async function endSessions(admin: Client, version: Version, waitMs: number): Promise<void> {
  const end = Date.now() + waitMs;
  while ((await countSessions(admin, version)) > 0 && Date.now() < end) await sleep(500);
  await admin.query(`alter role ${escapeIdentifier(Role.version(version))} with nologin`);
  while ((await countSessions(admin, version)) > 0) {
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
      Role.version(version),
    ]);
    await sleep(100);
  }
}

const serializationFailure = '40001';

/** One transaction on one snapshot, done again if a row of it changed meanwhile. */
async function serializable(client: Client, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await inTransaction(client, async () => {
        await client.query('set transaction isolation level repeatable read');
        await work();
      });
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code === serializationFailure)) throw error;
    }
  }
}
