import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError, escapeIdentifier } from 'pg';
import { Role } from '../../config/database';
import type { Version } from '../../config/version';
import { inTransaction } from '../../service/database/transaction';
import type { RemainingMs } from '../custom-resource';
import type { Archive } from './archive';
import { feedback, inputsTable, versionTables } from './version-relations';
import { countSessions, versionRoleExists } from './version-role';

export interface DropOptions {
  readonly version: Version;
  /** Where the rows go first; undefined if they are not to be kept. */
  readonly archive: Archive | undefined;
  /** How long the tasks of the version may still ship what they have. */
  readonly sessionWaitMs: number;
  readonly remaining: RemainingMs;
}

/** Archives and drops all that a version has in the database; nothing, if it is gone already. */
export async function dropTables(admin: Client, options: DropOptions): Promise<void> {
  const { version, archive, remaining } = options;
  if (!(await versionRoleExists(admin, version))) return;
  await endSessions(admin, version, options.sessionWaitMs);
  const tables = await versionTables(admin, version);
  await archive?.write(admin, tables, remaining);
  const hasPredictions = tables.some(({ name }) => name === inputsTable(version));
  await serializable(admin, async () => {
    if (hasPredictions) await removeFeedback(admin, options);
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

/** Other versions' services may still take feedback, so what is archived is what this transaction sees and deletes. */
async function removeFeedback(admin: Client, { version, archive, remaining }: DropOptions): Promise<void> {
  const relation = feedback(version);
  await archive?.rewrite(admin, relation, remaining);
  await admin.query(`delete from ${relation.source} where ${relation.condition}`);
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
