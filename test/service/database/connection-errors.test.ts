import { createServer } from 'node:net';
import { Client, Pool } from 'pg';
import { checkDatabase, explainConnectionError } from '../../../service/database/connection-errors';
import { createTestDatabase, databaseUrl, type TestDatabase } from '../../support/postgres/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
});

afterAll(() => database.drop());

/** What a user reads who connects to that URL. */
async function explanation(url: string): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 300 });
  const error = await client.connect().catch((failure: unknown) => failure);
  await client.end().catch(() => {});
  return explainConnectionError(error, url);
}

const withUrl = (change: (url: URL) => void): string => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};

test('a port where nobody listens', async () => {
  const text = await explanation('postgresql://me:secret@127.0.0.1:1/things');

  expect(text).toBe(
    'PostgreSQL at 127.0.0.1:1/things: nothing listens there; start PostgreSQL, or correct host and port of the URL',
  );
});

test('a wrong password is told without showing it', async () => {
  const text = await explanation(
    withUrl((url) => {
      url.password = 'open-sesame';
    }),
  );

  expect(text).toMatch(
    /the password of 'modelapp' is wrong; put the right one into the URL, PGPASSWORD or ~\/\.pgpass$/,
  );
  expect(text).not.toContain('open-sesame');
});

test('a missing password', async () => {
  const text = await explanation(
    withUrl((url) => {
      url.password = '';
    }),
  );

  expect(text).toMatch(/it asks for the password of 'modelapp'; put it into the URL/);
});

test('a database that does not exist', async () => {
  expect(await explanation(databaseUrl(database.url, 'nowhere'))).toMatch(
    /there is no database 'nowhere'; create it, or correct the URL$/,
  );
});

test('a server without TLS', async () => {
  expect(await explanation(`${database.url}?sslmode=verify-full`)).toMatch(
    /it has no TLS; remove sslmode from the URL$/,
  );
});

test('a server without a free connection', async () => {
  await database.pool.query(`create role crowded login password 'x' connection limit 0`);

  const text = await explanation(
    withUrl((url) => {
      url.username = 'crowded';
      url.password = 'x';
    }),
  );

  expect(text).toMatch(/it has no connection left; raise its max_connections, or end other clients$/);
  await database.pool.query('drop role crowded');
});

test('a server that takes connections and never answers', async () => {
  // GIVEN
  const silent = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as { port: number };

  // WHEN
  const text = await explanation(`postgresql://me@127.0.0.1:${port}/things`);

  // THEN
  expect(text).toMatch(/no answer; check host and port of the URL/);
  silent.close();
});

test('a host that does not exist', () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND db.example'), { code: 'ENOTFOUND' });

  expect(explainConnectionError(error, 'postgresql://me@db.example/things')).toBe(
    "PostgreSQL at db.example:5432/things: the host 'db.example' is unknown; correct the URL",
  );
});

test('what is no URL of a database', () => {
  expect(explainConnectionError(new Error('x'), 'mysql://root@localhost')).toBe(
    'The database URL is not valid; write postgresql://user:password@host:5432/database',
  );
});

test('an error that nobody foresaw is one line without the password', () => {
  const error = new Error('login of me with p@ss failed\n    at somewhere');

  expect(explainConnectionError(error, 'postgresql://me:p%40ss@db.example/things')).toBe(
    'PostgreSQL at db.example:5432/things: login of me with *** failed',
  );
});

test('a server that is too old', async () => {
  // GIVEN a server that says so, by a function found before its own
  await database.pool.query(`create schema old;
    create function old.current_setting(name text) returns text language sql
      as $$ select case name when 'server_version_num' then '130014' else '13.14' end $$`);
  const pool = new Pool({ connectionString: database.url, options: '-c search_path=old,pg_catalog' });

  // WHEN
  const error = await checkDatabase(pool).catch((failure: unknown) => failure);

  // THEN
  expect(explainConnectionError(error, database.url)).toMatch(/: is PostgreSQL 13\.14; use 14 or newer$/);
  await pool.end();
});

test('a server that is new enough', async () => {
  await expect(checkDatabase(database.pool)).resolves.toBeUndefined();
});
