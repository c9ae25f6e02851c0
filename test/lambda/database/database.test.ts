import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { type Answer, FakeCloudFormation, request } from '../support/cloudformation';
import { fakeLambda } from '../support/fake-lambda';
import { fakeSecret } from '../support/fake-secrets';
import { type FunctionUnderTest, invoke } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';
import { type RdsServer, startRds } from '../support/rds';

const secret = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:master';

let rds: RdsServer;
let aws: Loopback;
let outside: FunctionUnderTest;
let inside: FunctionUnderTest;
const cloudFormation = new FakeCloudFormation();

beforeAll(async () => {
  const bundles = join(runFolder(), 'database-bundles');
  await buildBundles(bundles);
  rds = await startRds();
  inside = { bundle: join(bundles, 'database-inside'), environment: { MODELAPP_DATABASE_URL: rds.url } };
  aws = await startLoopback(
    cloudFormation.answerer,
    fakeSecret(secret, rds.master),
    fakeLambda('modelapp-database-inside', () => inside),
  );
  outside = {
    bundle: join(bundles, 'database'),
    environment: { AWS_ENDPOINT_URL: aws.url, INSIDE_FUNCTION: 'modelapp-database-inside' },
  };
});

afterAll(async () => {
  await aws?.close();
  await rds?.remove();
});

async function send(type: 'Create' | 'Update' | 'Delete'): Promise<{ answer: Answer; output: string }> {
  const event = request(aws.url, type, { MasterSecret: secret }, type === 'Create' ? undefined : 'database');
  const { output } = await invoke(outside, event);
  return { answer: cloudFormation.last, output };
}

test.each(['Create', 'Create', 'Update', 'Update'] as const)('%s makes what is missing', async (type) => {
  const { answer } = await send(type);

  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'database' });
  expect(await rds.query(`select to_regclass('feedback')::text as name`)).toEqual([{ name: 'feedback' }]);
});

test('the roles log in by token, and the admin alone makes others', async () => {
  await send('Create');

  const roles = await rds.query(
    `select rolname as name, rolcanlogin as login, rolcreaterole as creates, pg_has_role(oid, 'rds_iam', 'member') as token
     from pg_roles where rolname like 'modelapp\\_%' order by 1`,
  );

  expect(roles).toEqual([
    { name: 'modelapp_admin', login: true, creates: true, token: true },
    { name: 'modelapp_events', login: true, creates: false, token: true },
    { name: 'modelapp_master', login: true, creates: true, token: true },
    { name: 'modelapp_training', login: true, creates: false, token: true },
  ]);
});

test('the shared tables belong to the admin', async () => {
  await send('Create');

  const owners = await rds.query(`select distinct tableowner as owner from pg_tables where schemaname = 'public'`);

  expect(owners).toEqual([{ owner: 'modelapp_admin' }]);
});

test('training reads shared tables and writes none', async () => {
  await send('Create');
  const training = await rds.connectAs('modelapp_training');

  const reading = training.query('select * from feedback');
  const writing = training.query('delete from feedback');

  await expect(reading).resolves.toMatchObject({ rowCount: 0 });
  await expect(writing).rejects.toThrow('permission denied');
  await training.end();
});

test('the event server reads and writes its tables, and no others', async () => {
  await send('Create');
  const events = await rds.connectAs('modelapp_events');

  const stored = events.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     values (1, 'a', 'buy', 'user', '1', '{}', now(), 0, now())`,
  );
  await expect(stored).resolves.toMatchObject({ rowCount: 1 });
  await expect(events.query('select id from apps for key share')).resolves.toMatchObject({ rowCount: 0 });
  await expect(events.query('delete from events')).resolves.toMatchObject({ rowCount: 1 });
  await expect(events.query('select * from event_removals')).resolves.toMatchObject({ rowCount: 1 });
  await expect(events.query('select * from feedback')).rejects.toThrow('permission denied');
  await events.end();
});

test('the event server makes temporary tables, which imports need, and no others', async () => {
  await send('Create');
  const events = await rds.connectAs('modelapp_events');

  await expect(events.query('create temporary table lines (line text)')).resolves.toBeDefined();
  await expect(events.query('create table lines_to_stay (line text)')).rejects.toThrow('permission denied');
  await events.end();
});

test('training reads events, and nothing of access keys', async () => {
  await send('Create');
  const training = await rds.connectAs('modelapp_training');

  await expect(training.query('select * from events limit 0')).resolves.toMatchObject({ rowCount: 0 });
  await expect(training.query('select * from access_keys')).rejects.toThrow('permission denied');
  await training.end();
});

test('deletion keeps everything', async () => {
  await send('Create');

  const answers = [(await send('Delete')).answer, (await send('Delete')).answer];

  expect(answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
  expect(await rds.query(`select to_regclass('feedback')::text as name`)).toEqual([{ name: 'feedback' }]);
});

describe('a step that fails', () => {
  const asDeployed = () => ({ outside, inside });
  let deployed: ReturnType<typeof asDeployed>;
  beforeEach(() => {
    deployed = asDeployed();
  });

  /** Tries with what is wrong, and again with it mended. */
  async function sendTwice(type: 'Create' | 'Update'): Promise<readonly [{ answer: Answer; output: string }, Answer]> {
    const failed = await send(type);
    ({ outside, inside } = deployed);
    return [failed, (await send(type)).answer];
  }

  test('inside the VPC is told by its reason, without the password', async () => {
    inside = { ...inside, environment: { MODELAPP_DATABASE_URL: rds.url.replace('/modelapp', '/elsewhere') } };

    const [failed, again] = await sendTwice('Create');

    expect(failed.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: 'database "elsewhere" does not exist',
    });
    expect(failed.output).not.toContain(rds.master.password);
    expect(again.Status).toBe('SUCCESS');
  });

  test('because the database is away is told', async () => {
    inside = { ...inside, environment: { MODELAPP_DATABASE_URL: 'postgres://127.0.0.1:1/modelapp' } };

    const [failed, again] = await sendTwice('Update');

    expect(failed.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'database',
      Reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(again.Status).toBe('SUCCESS');
  });

  test('because its function is missing is told', async () => {
    outside = { ...outside, environment: { ...outside.environment, INSIDE_FUNCTION: 'modelapp-missing' } };

    const [failed, again] = await sendTwice('Create');

    expect(failed.answer).toMatchObject({ Status: 'FAILED', Reason: expect.any(String) });
    expect(again.Status).toBe('SUCCESS');
  });

  test('because the password was changed just now is told, without the password, and is done by the next try', async () => {
    await rds.query("alter role modelapp_master password 'rotated'");
    const failed = await send('Create');
    await rds.query(`alter role modelapp_master password '${rds.master.password}'`);

    const { answer } = await send('Create');

    expect(failed.answer).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('password authentication failed'),
    });
    expect(failed.output).not.toContain(rds.master.password);
    expect(answer.Status).toBe('SUCCESS');
  });

  test('because the secret cannot be read is told', async () => {
    const event = request(aws.url, 'Create', { MasterSecret: `${secret}-other` });

    await invoke(outside, event);

    expect(cloudFormation.last).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'refused' });
  });
});

test('a function inside the VPC that takes too long is answered for in time', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  inside = { ...inside, environment: { MODELAPP_DATABASE_URL: `postgres://127.0.0.1:${port}/modelapp` } };
  const before = cloudFormation.answers.length;

  await invoke(outside, request(aws.url, 'Create', { MasterSecret: secret }), [10_300]);

  expect(cloudFormation.answers.slice(before)).toMatchObject([
    { Status: 'FAILED', Reason: 'ran out of time: run it again' },
  ]);
  silent.close();
});
