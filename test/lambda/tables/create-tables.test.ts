import { parseVersion } from '../../../config/version';
import { pendingMigrations } from '../../../service/database/migrations';
import { DeployedTables } from './deployed-tables';

let tables: DeployedTables;

beforeAll(async () => {
  tables = await DeployedTables.open('create-tables');
});
beforeEach(() => tables.reset());
afterAll(() => tables?.close());

const predict = `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
  values (1, 'a', 'predict', 'pio_pr', 'a', '{}', now(), 0, now())`;

describe('creating the tables of a version', () => {
  test('makes them and a role that owns them', async () => {
    const answer = await tables.send('Create');

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tables:1.2.0' });
    expect(await tables.namesOf('1.2.0')).toEqual(
      expect.arrayContaining(['inputs_1_2_0', 'outputs_1_2_0', 'modelapp_1_2_0']),
    );
    const owners = await tables.rds.query(
      `select distinct tableowner as owner from pg_tables where tablename like '%\\_1\\_2\\_0'`,
    );
    expect(owners).toEqual([{ owner: 'modelapp_1_2_0' }]);
  });

  test('twice gives the same answer', async () => {
    const answers = [await tables.send('Create'), await tables.send('Create')];

    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.Status).toBe('SUCCESS');
  });

  test('lets the service of the version do its work', async () => {
    await tables.send('Create');

    await tables.predict('1.2.0', 1);

    const service = await tables.rds.connectAs('modelapp_1_2_0');
    await expect(service.query('create temporary table staging (row text)')).resolves.toBeDefined();
    await expect(service.query('create view inputs_1_2_0_iris as select id from inputs_1_2_0')).resolves.toBeDefined();
    await expect(service.query('select * from modelapp_migrations')).resolves.toBeDefined();
    await service.end();
  });

  test('lets the models of the version learn from events and store others, and nobody change them or see keys', async () => {
    await tables.send('Create');
    const service = await tables.rds.connectAs('modelapp_1_2_0');

    for (const table of ['apps', 'channels', 'events', 'event_removals', 'event_seq', 'event_removal_seq']) {
      await expect(service.query(`select * from ${table}`)).resolves.toBeDefined();
    }
    await expect(service.query(predict)).resolves.toMatchObject({ rowCount: 1 });
    await expect(service.query('select from apps for key share')).resolves.toMatchObject({ rowCount: 0 });
    await expect(service.query('delete from events')).rejects.toThrow('permission denied');
    await expect(service.query('update apps set name = id::text')).rejects.toThrow('permission denied');
    await expect(service.query('select * from access_keys')).rejects.toThrow('permission denied');
    await service.end();
  });

  test('leaves nothing for the service of the version to migrate', async () => {
    await tables.send('Create');
    const service = await tables.rds.connectAs('modelapp_1_2_0');

    const pending = await pendingMigrations(service, { version: parseVersion('1.2.0') });

    expect(pending).toEqual([]);
    await service.end();
  });

  test("keeps one version out of another's tables", async () => {
    await tables.send('Create');
    await tables.send('Create', { version: '1.1.0' });
    const other = await tables.rds.connectAs('modelapp_1_1_0');

    const reading = other.query('select * from inputs_1_2_0');

    await expect(reading).rejects.toThrow('permission denied');
    await other.end();
  });

  test('lets training read them', async () => {
    await tables.send('Create');
    const training = await tables.rds.connectAs('modelapp_training');

    const reading = training.query('select * from inputs_1_2_0');

    await expect(reading).resolves.toMatchObject({ rowCount: 0 });
    await training.end();
  });

  test('refuses tables with rows, and its rollback drops nothing', async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 1);

    const answer = await tables.send('Create');
    await tables.invoke(tables.request('Delete', { Version: '1.2.0' }, answer.PhysicalResourceId));

    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: 'the tables of 1.2.0 hold rows of an earlier deployment: modelapp revert 1.2.0',
    });
    expect(tables.cloudFormation.last.Status).toBe('SUCCESS');
    expect(await tables.predictions()).toBe(1);
  });
});

describe('creating that fails', () => {
  test('because the database is away tells so', async () => {
    tables.environment = { MODELAPP_DATABASE_URL: 'postgres://127.0.0.1:1/modelapp' };

    expect(await tables.send('Create')).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('half-way is gone on with by the next try', async () => {
    await tables.rds.query('alter role modelapp_training rename to modelapp_renamed');
    const failed = await tables.send('Create');
    await tables.invoke(tables.request('Delete', { Version: '1.2.0' }, failed.PhysicalResourceId));
    await tables.rds.query('alter role modelapp_renamed rename to modelapp_training');

    const again = await tables.send('Create');
    await tables.predict('1.2.0', 1);

    expect(failed).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('modelapp_training') });
    expect(again.Status).toBe('SUCCESS');
    expect(await tables.predictions()).toBe(1);
  });

  test('because the version is none tells so', async () => {
    expect(await tables.send('Create', { version: '1.2' })).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining("'1.2' is not a version"),
    });
  });
});

test('updating, also twice, keeps id and rows', async () => {
  await tables.send('Create');
  await tables.predict('1.2.0', 1);

  const answers = [await tables.send('Update', { archive: false }), await tables.send('Update')];

  expect(answers).toEqual([answers[0], answers[0]]);
  expect(answers[0]).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tables:1.2.0' });
  expect(await tables.predictions()).toBe(1);
});

test('a request of contract 1 is served, word for word as the first version stacks send it', async () => {
  const properties = { ServiceToken: 'arn', Contract: '1', Version: '1.2.0', Archive: 'true' };

  await tables.invoke({ ...tables.request('Create', {}), ResourceProperties: properties });
  await tables.predict('1.2.0', 1);
  await tables.invoke({ ...tables.request('Delete', {}, 'tables:1.2.0'), ResourceProperties: properties });

  expect(tables.cloudFormation.answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
  expect(tables.manifest().dropped).toBe(true);
});
