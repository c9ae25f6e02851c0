import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { parseVersion } from '../../../config/version';
import {
  type MigrationOptions,
  migrate,
  migrationsDirectory,
  pendingMigrations,
} from '../../../service/database/migrations';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';

const version = parseVersion('1.2.0');
let database: TestDatabase;
let client: Client;
let directory: string;

const write = (scope: 'shared' | 'version', name: string, sql: string) =>
  writeFileSync(join(directory, scope, name), sql);
const options = (overrides: Partial<MigrationOptions> = {}): MigrationOptions => ({ directory, version, ...overrides });
const tables = async () => {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  );
  return rows.map(({ name }) => name);
};

beforeEach(async () => {
  database = await createTestDatabase({ migrated: false });
  client = new Client({ connectionString: database.url });
  await client.connect();
  directory = mkdtempSync(join(tmpdir(), 'modelapp-migrations-'));
  mkdirSync(join(directory, 'shared'));
  mkdirSync(join(directory, 'version'));
  write('shared', '0001-notes.sql', 'create table notes (note text);');
  write('version', '0001-log.sql', 'create table log_{{v}} (line text); create index line_{{v}} on log_{{v}} (line);');
});

afterEach(async () => {
  await client.end();
  await database.drop();
  rmSync(directory, { recursive: true });
});

test('an empty database gets the shared tables and those of the version', async () => {
  // WHEN
  const applied = await migrate(client, options());

  // THEN
  expect(applied).toEqual(['shared/0001-notes.sql', 'version/0001-log.sql']);
  expect(await tables()).toEqual(['log_1_2_0', 'modelapp_migrations', 'notes']);
});

test('a second run applies nothing', async () => {
  await migrate(client, options());

  expect(await migrate(client, options())).toEqual([]);
});

test('a file that came later is applied alone', async () => {
  // GIVEN
  await migrate(client, options());
  write('version', '0002-marks.sql', 'create table marks_{{v}} (mark integer);');

  // WHEN
  const applied = await migrate(client, options());

  // THEN
  expect(applied).toEqual(['version/0002-marks.sql']);
});

test('another version gets its own tables and keeps the shared ones', async () => {
  await migrate(client, options());

  expect(await migrate(client, options({ version: parseVersion('2.0.0') }))).toEqual(['version/0001-log.sql']);
  expect(await tables()).toEqual(['log_1_2_0', 'log_2_0_0', 'modelapp_migrations', 'notes']);
});

test('one scope can be applied without the other', async () => {
  await migrate(client, options({ scopes: ['shared'] }));

  expect(await tables()).toEqual(['modelapp_migrations', 'notes']);
});

test('several processes may migrate at once, and one does the work', async () => {
  // GIVEN
  const clients = await Promise.all([1, 2, 3, 4].map(() => database.pool.connect()));

  // WHEN
  const applied = await Promise.all(clients.map((each) => migrate(each, options())));

  // THEN
  expect(applied.flat().sort()).toEqual(['shared/0001-notes.sql', 'version/0001-log.sql']);
  for (const each of clients) each.release();
});

test('an applied file that was changed is refused by name', async () => {
  await migrate(client, options());
  write('shared', '0001-notes.sql', 'create table notes (note text, author text);');

  await expect(migrate(client, options())).rejects.toThrow(
    'shared/0001-notes.sql: was changed after it was applied; put it back and write a new migration',
  );
  await expect(pendingMigrations(client, options())).rejects.toThrow('shared/0001-notes.sql: was changed');
});

test('a file that fails leaves nothing of its scope behind', async () => {
  // GIVEN
  write('version', '0002-broken.sql', 'create table half_{{v}} (line text); select no_such_function();');

  // WHEN
  const migration = migrate(client, options());

  // THEN
  await expect(migration).rejects.toThrow('version/0002-broken.sql: function no_such_function() does not exist');
  expect(await tables()).toEqual(['modelapp_migrations', 'notes']);
});

test('a misnamed file is refused, because its place in the order would be chance', async () => {
  write('shared', 'late.sql', 'select 1;');

  await expect(migrate(client, options())).rejects.toThrow('shared/late.sql: the name of a migration is');
});

test('pending files are told without applying them', async () => {
  expect(await pendingMigrations(client, options())).toEqual(['shared/0001-notes.sql', 'version/0001-log.sql']);
  expect(await tables()).toEqual([]);

  await migrate(client, options());

  expect(await pendingMigrations(client, options())).toEqual([]);
});

test("the product's own files apply from any folder they were copied to", async () => {
  const copy = join(directory, 'copy');
  cpSync(migrationsDirectory(), copy, { recursive: true });

  expect(await migrate(client, options({ directory: copy }))).toContain('shared/0001-feedback.sql');
});
