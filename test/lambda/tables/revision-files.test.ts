import { DeployedTables, folder } from './deployed-tables';

let tables: DeployedTables;

beforeAll(async () => {
  tables = await DeployedTables.open('revision-files');
});
beforeEach(async () => {
  await tables.reset();
  await tables.send('Create');
  for (const key of ['1.2.0/iris/1-aa.model', '1.2.0/flower shop/2-bb.model', '1.2.01/iris/1-cc.model']) {
    tables.s3.objects.set(`models/${key}`, Buffer.from(key));
  }
});
afterAll(() => tables?.close());

const keys = (start: string): string[] => [...tables.s3.objects.keys()].filter((key) => key.startsWith(start)).sort();

const archived = [`${folder}/models/flower shop/2-bb.model`, `${folder}/models/iris/1-aa.model`];

test('go into the archive when the tables are deleted', async () => {
  await tables.send('Delete');

  expect(keys('models/1.2.0/')).toEqual([]);
  expect(keys(`${folder}/models/`)).toEqual(archived);
  expect(tables.s3.objects.get(archived[1]!)?.toString()).toBe('1.2.0/iris/1-aa.model');
});

test('of another version stay', async () => {
  await tables.send('Delete');

  expect(keys('models/')).toEqual(['models/1.2.01/iris/1-cc.model']);
});

test('are removed without an archive where there is to be none', async () => {
  await tables.send('Delete', { archive: false });

  expect([...tables.s3.objects.keys()]).toEqual(['models/1.2.01/iris/1-cc.model']);
});

test('stay as long as the tables could not be dropped', async () => {
  await tables.rds.query('create view somebodys as select * from inputs_1_2_0');

  expect(await tables.send('Delete')).toMatchObject({ Status: 'FAILED' });
  expect(keys('models/1.2.0/')).toHaveLength(2);
});

test('that could not be moved are moved by the next try, and none is lost', async () => {
  const denied = { status: 403, body: '<Error><Code>AccessDenied</Code><Message>no right</Message></Error>' };
  tables.s3.intercept = async (method, key) => (method === 'PUT' && key === archived[1] ? denied : undefined);
  const failed = await tables.send('Delete');
  const between = [...keys('models/1.2.0/'), ...keys(`${folder}/models/`)];
  tables.s3.intercept = async () => undefined;

  const answer = await tables.send('Delete');

  expect(failed).toMatchObject({ Status: 'FAILED', Reason: 'no right' });
  expect(between).toContain('models/1.2.0/iris/1-aa.model');
  expect(answer.Status).toBe('SUCCESS');
  expect(keys('models/1.2.0/')).toEqual([]);
  expect(keys(`${folder}/models/`)).toEqual(archived);
  expect(tables.manifest().dropped).toBe(true);
});

test('are counted by inspect', async () => {
  const inspect = { action: 'inspect', version: '1.2.0' } as const;

  expect((await tables.invoke(inspect)).value).toMatchObject({ files: 2 });
  await tables.send('Delete');
  expect((await tables.invoke(inspect)).value).not.toHaveProperty('files');
});
