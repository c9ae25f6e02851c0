import type { Inspection } from '../../../lambda/tables/direct-call';
import { DeployedTables, each, timeForParts } from './deployed-tables';

let tables: DeployedTables;

beforeAll(async () => {
  tables = await DeployedTables.open('direct-calls');
});
beforeEach(() => tables.reset());
afterAll(() => tables?.close());

const nothing: Inspection = { role: false, sessions: 0, rows: {}, archives: [] };

describe('inspect', () => {
  const inspect = async (version = '1.2.0') => (await tables.invoke({ action: 'inspect', version })).value;

  test('tells what a version has', async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 2);
    const task = await tables.rds.connectAs('modelapp_1_2_0');

    const found = await inspect();

    expect(found).toEqual({ role: true, sessions: 1, rows: expect.objectContaining(each(2)), archives: [] });
    await task.end();
  });

  test('finds nothing of a version that is not there', async () => {
    expect(await inspect('9.9.9')).toEqual(nothing);
  });

  test('finds the archive of a version that is gone, with its address and rows', async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 12);
    await tables.send('Delete');

    expect(await inspect()).toEqual({
      ...nothing,
      archives: [
        {
          id: '7e1f-42',
          address: 's3://artifacts/archives/1.2.0/7e1f-42/',
          complete: true,
          dropped: true,
          rows: expect.objectContaining(each(12)),
          bytes: storedBytes(),
        },
      ],
    });
  });

  test('tells that an archive is not complete', async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 12);
    await tables.send('Delete', { remaining: timeForParts(2) });

    expect(await inspect()).toMatchObject({
      rows: each(12),
      archives: [{ complete: false, dropped: false, rows: { inputs_1_2_0: 10 } }],
    });
  });

  test('tells that a complete archive may stand beside tables that are still there', async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 2);
    await tables.rds.query('create view somebodys as select * from inputs_1_2_0');
    await tables.send('Delete');

    expect(await inspect()).toMatchObject({ role: true, archives: [{ complete: true, dropped: false }] });
  });
});

describe('drop', () => {
  const left = { action: 'drop', version: '1.2.0', id: 'leftovers-1' };

  beforeEach(async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 12);
  });

  test('removes what a failed deployment left, archives to the folder that it names, and tells what is left', async () => {
    const { value } = await tables.invoke(left);

    expect(value).toEqual({
      ...nothing,
      archives: [
        expect.objectContaining({
          id: 'leftovers-1',
          complete: true,
          dropped: true,
          rows: expect.objectContaining(each(12)),
        }),
      ],
    });
    expect(await tables.namesOf('1.2.0')).toEqual([]);
  });

  test('succeeds again', async () => {
    const answers = [await tables.invoke(left), await tables.invoke(left)];

    expect(answers[0]?.value).toBeDefined();
    expect(answers[0]?.value).toEqual(answers[1]?.value);
  });

  test('fails when its time is over, and goes on when it is called again', async () => {
    const stopped = await tables.invoke(left, timeForParts(2));

    const { value } = await tables.invoke(left);

    expect(stopped.error).toBe('archived 27 %: run it again');
    expect(value).toMatchObject({ role: false, archives: [{ complete: true, dropped: true }] });
  });

  test('archives nothing without an id', async () => {
    const { value } = await tables.invoke({ action: 'drop', version: '1.2.0' });

    expect(value).toEqual(nothing);
  });

  test('archives nothing if SKIP says so', async () => {
    tables.s3.objects.set('archives/1.2.0/SKIP', Buffer.from(''));

    const { value } = await tables.invoke(left);

    expect(value).toEqual(nothing);
    expect(tables.s3.objects.size).toBe(0);
  });
});

test.each([
  [{ action: 'remove', version: '1.2.0' }, "there is no action 'remove': inspect or drop"],
  [{ version: '1.2.0' }, "there is no action 'undefined': inspect or drop"],
  [{ action: 'drop' }, 'drop: version is missing'],
  [{ action: 'drop', version: '1.2' }, "'1.2' is not a version"],
  [{ action: 'drop', version: '1.2.0', id: '../1.1.0' }, 'drop: id names a folder'],
  [{ action: 'drop', version: '1.2.0', id: '' }, 'drop: id names a folder'],
])('the call %j is refused and drops nothing', async (call, reason) => {
  await tables.send('Create');
  await tables.predict('1.2.0', 1);

  const { error } = await tables.invoke(call);

  expect(error).toContain(reason);
  expect(await tables.predictions()).toBe(1);
});

const storedBytes = (): number =>
  [...tables.s3.objects].filter(([key]) => key.endsWith('.csv.gz')).reduce((bytes, [, body]) => bytes + body.length, 0);
