import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { underscored, type Version } from '../../config/version';
import { inTransaction } from './transaction';

/** `shared` makes the tables that all versions use, `version` those that one version owns. */
export type Scope = 'shared' | 'version';

export interface MigrationOptions {
  /**
   * The folder with `shared/NNNN-name.sql` and `version/NNNN-name.sql`.
   * @default migrationsDirectory()
   */
  readonly directory?: string;
  /**
   * The version whose tables are made; `{{v}}` in its files becomes `1_2_0`.
   * @default none: the shared tables alone
   */
  readonly version?: Version;
  /**
   * Which of the two to look at.
   * @default both, shared first; only shared without a version
   */
  readonly scopes?: readonly Scope[];
}

/** Migrations that cannot be applied as they are; the message names the file. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

interface Migration {
  /** `shared/0001-feedback.sql` */
  readonly file: string;
  readonly name: string;
  readonly checksum: string;
  readonly sql: string;
}

const scopesOf = ({ scopes, version }: MigrationOptions): readonly Scope[] =>
  scopes ?? (version === undefined ? ['shared'] : ['shared', 'version']);

/** The SQL files: in the source tree and in a bundle they lie beside the code. */
export const migrationsDirectory = (): string => join(__dirname, 'migrations');

/**
 * Applies what is missing, in the order of the file names. Each scope is one transaction under a lock, so it is applied
 * as a whole or not at all, and several processes may call this at once.
 * @returns the files applied now, `shared/0001-feedback.sql`; none if the database is up to date
 * @throws {MigrationError} if an applied file was changed since, or if its SQL fails
 */
export async function migrate(client: ClientBase, options: MigrationOptions): Promise<readonly string[]> {
  const applied: string[] = [];
  for (const scope of scopesOf(options)) {
    const migrations = readMigrations(scope, options);
    await inTransaction(client, async () => {
      await client.query(`select pg_advisory_xact_lock(hashtext('modelapp_migrations'))`);
      await createLedger(client);
      for (const migration of await missing(client, scope, migrations, options.version)) {
        await apply(client, migration);
        await client.query('insert into modelapp_migrations (scope, name, checksum) values ($1, $2, $3)', [
          ledgerScope(scope, options.version),
          migration.name,
          migration.checksum,
        ]);
        applied.push(migration.file);
      }
    });
  }
  return applied;
}

/**
 * The files that `migrate` would apply; changes nothing.
 * @throws {MigrationError} if an applied file was changed since
 */
export async function pendingMigrations(client: ClientBase, options: MigrationOptions): Promise<readonly string[]> {
  const pending: string[] = [];
  for (const scope of scopesOf(options)) {
    const migrations = readMigrations(scope, options);
    const found = (await ledgerExists(client)) ? await missing(client, scope, migrations, options.version) : migrations;
    pending.push(...found.map(({ file }) => file));
  }
  return pending;
}

/** The scope as the ledger knows it: each version has its own. */
function ledgerScope(scope: Scope, version: Version | undefined): string {
  if (scope === 'shared') return 'shared';
  if (version === undefined) throw new MigrationError('the tables of a version need to know which one');
  return version;
}

function readMigrations(scope: Scope, { directory = migrationsDirectory(), version }: MigrationOptions): Migration[] {
  const names = readdirSync(join(directory, scope)).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    const file = `${scope}/${name}`;
    if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(name)) {
      throw new MigrationError(`${file}: the name of a migration is NNNN-what-it-makes.sql`);
    }
    const text = readFileSync(join(directory, scope, name), 'utf8');
    const checksum = createHash('sha256').update(text).digest('hex');
    return { file, name, checksum, sql: version === undefined ? text : text.replaceAll('{{v}}', underscored(version)) };
  });
}

async function ledgerExists(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('modelapp_migrations') is not null as found`,
  );
  return rows[0]?.found === true;
}

/** Made only if absent: a role that may use the table need not be one that may create it. */
async function createLedger(client: ClientBase): Promise<void> {
  if (await ledgerExists(client)) return;
  await client.query(`create table modelapp_migrations (
    scope text not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (scope, name)
  )`);
}

async function missing(
  client: ClientBase,
  scope: Scope,
  migrations: readonly Migration[],
  version: Version | undefined,
): Promise<readonly Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from modelapp_migrations where scope = $1',
    [ledgerScope(scope, version)],
  );
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  for (const { file, name, checksum } of migrations) {
    if (applied.has(name) && applied.get(name) !== checksum) {
      throw new MigrationError(`${file}: was changed after it was applied; put it back and write a new migration`);
    }
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(client: ClientBase, { file, sql }: Migration): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    throw new MigrationError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
