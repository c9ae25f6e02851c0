import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { databaseUrl } from '../../support/postgres/database';
import { openTestServer, type TestServer } from '../../support/postgres/postgres-server';
import { runFolder } from '../../support/test-run';

/** A PostgreSQL set up as RDS sets it up: a master user without superuser rights, and `rds_iam`, whose members log in by token. */
export interface RdsServer {
  /** Without user and password: of the database `modelapp`. */
  readonly url: string;
  readonly master: { readonly username: string; readonly password: string };
  /** Runs a query as superuser. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Makes the database empty again, without the roles of modelapp. */
  reset(): Promise<void>;
  /** A connection as a role, which needs no password. */
  connectAs(role: string): Promise<Client>;
  remove(): Promise<void>;
}

const master = { username: 'modelapp_master', password: 'p%41:/@ß' };

export async function startRds(): Promise<RdsServer> {
  const folder = mkdtempSync(join(runFolder(), 'rds-'));
  mkdirSync(folder, { recursive: true });
  const server = await openTestServer(folder);
  await inDatabase(server.url, async (client) => {
    await client.query('create role rds_iam');
    await client.query(`create role modelapp_master login createrole createdb password '${master.password}'`);
    await client.query('grant rds_iam to modelapp_master with admin option');
  });
  await acceptTokens(server, join(folder, 'data', 'pg_hba.conf'));
  const reset = () => inDatabase(server.url, resetDatabase);
  await reset();
  const superuserUrl = databaseUrl(server.url, 'modelapp');
  const url = new URL(superuserUrl);
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    master,
    reset,
    query: async <Row extends object>(sql: string, values: unknown[] = []) =>
      inDatabase(superuserUrl, async (client) => (await client.query<Row>(sql, values)).rows),
    async connectAs(role) {
      url.username = role;
      const client = new Client({ connectionString: url.href });
      client.on('error', () => {});
      await client.connect();
      return client;
    },
    remove: () => server.remove(),
  };
}

async function resetDatabase(client: Client): Promise<void> {
  await client.query('drop database if exists modelapp with (force)');
  const roles = await client.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname like 'modelapp\\_%' and rolname <> 'modelapp_master'`,
  );
  if (roles.rowCount) await client.query(`drop role ${roles.rows.map(({ name }) => name).join(', ')}`);
  await client.query('create database modelapp owner modelapp_master');
}

/** RDS checks the token of a member of `rds_iam`; here the membership is enough. The master needs its password. */
async function acceptTokens(server: TestServer, file: string): Promise<void> {
  const rules = [`host all ${master.username} 127.0.0.1/32 scram-sha-256`, 'host all +rds_iam 127.0.0.1/32 trust'];
  writeFileSync(file, [...rules, readFileSync(file, 'utf8')].join('\n'));
  await inDatabase(server.url, (client) => client.query('select pg_reload_conf()'));
}

async function inDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
