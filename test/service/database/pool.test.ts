import { once } from 'node:events';
import type { Pool } from 'pg';
import { connectionConfig, createPool } from '../../../service/database/pool';
import { startTestServer, type TestServer } from '../../support/postgres/database';

describe('with a server that comes and goes', () => {
  let server: TestServer;
  let pool: Pool;
  let lost: Error[];

  beforeEach(async () => {
    server = await startTestServer();
    lost = [];
    pool = await createPool({
      url: server.url,
      application: 'modelapp 1.2.0',
      statementTimeoutMs: 200,
      onConnectionLost: (error) => lost.push(error),
    });
  });

  afterEach(async () => {
    await pool.end();
    await server.remove();
  });

  test('a killed server costs the idle connections, and the next ones work', async () => {
    // GIVEN
    await pool.query('select 1');

    // WHEN
    const told = once(pool, 'error');
    await server.kill();
    await told;
    await server.start();

    // THEN
    expect(lost).toHaveLength(1);
    expect((await pool.query('select 2 as answer')).rows).toEqual([{ answer: 2 }]);
  });

  test('a connection in use when the server dies fails its query and not the process', async () => {
    // GIVEN
    const client = await pool.connect();

    // WHEN
    const query = expect(client.query('select pg_sleep(60)')).rejects.toThrow();
    await server.kill();

    // THEN
    await query;
    client.release(true);
  });

  test('a statement that takes too long is ended by the server', async () => {
    await expect(pool.query('select pg_sleep(60)')).rejects.toThrow('canceling statement due to statement timeout');
  });

  test('connections say who they are', async () => {
    const { rows } = await pool.query(`select current_setting('application_name') as name`);

    expect(rows).toEqual([{ name: 'modelapp 1.2.0' }]);
  });
});

describe('with a login by IAM token', () => {
  const url = 'postgresql://modelapp_1_2_0@db.abc123.eu-west-1.rds.amazonaws.com:5432/modelapp';
  const before = { ...process.env };

  beforeAll(() => {
    process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
    process.env.AWS_SECRET_ACCESS_KEY = 'example';
  });

  afterAll(() => {
    process.env = before;
  });

  test("the password is a token for that user, in the database's own region", async () => {
    const { password } = await connectionConfig({ url, auth: 'iam', application: 'modelapp' });
    const token = await (password as () => Promise<string>)();

    expect(token).toContain('db.abc123.eu-west-1.rds.amazonaws.com:5432/?');
    expect(token).toContain('DBUser=modelapp_1_2_0');
    expect(token).toContain('%2Feu-west-1%2Frds-db%2F');
  });

  test("TLS is verified with Amazon's certificates", async () => {
    const { ssl } = await connectionConfig({ url, auth: 'iam', application: 'modelapp' });

    expect(ssl).toMatchObject({ rejectUnauthorized: true });
    expect((ssl as { ca: string[] }).ca.length).toBeGreaterThan(10);
  });

  test('a URL without a user is refused', async () => {
    const settings = { url: 'postgresql://db.example/modelapp', auth: 'iam', application: 'modelapp' } as const;

    await expect(connectionConfig(settings)).rejects.toThrow('needs user and host');
  });
});
