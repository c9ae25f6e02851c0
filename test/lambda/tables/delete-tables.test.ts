import type { Client } from 'pg';
import { DeployedTables, each, folder, timeForParts } from './deployed-tables';

let tables: DeployedTables;

beforeAll(async () => {
  tables = await DeployedTables.open('delete-tables');
});
beforeEach(async () => {
  await tables.reset();
  await tables.send('Create');
  await tables.predict('1.2.0', 25);
});
afterAll(() => tables?.close());

describe('deleting the tables of a version', () => {
  test('leaves nothing of it in the database', async () => {
    const answer = await tables.send('Delete');

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tables:1.2.0' });
    expect(await tables.namesOf('1.2.0')).toEqual([]);
    expect(await tables.rds.query('select count(*)::int from feedback')).toEqual([{ count: 0 }]);
    expect(await tables.rds.query(`select * from modelapp_migrations where scope <> 'shared'`)).toEqual([]);
  });

  test('succeeds again, and keeps the archive', async () => {
    await tables.send('Delete');
    const archived = tables.manifest();

    const answer = await tables.send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(tables.manifest()).toEqual(archived);
  });

  test('changes no row of another version', async () => {
    await tables.send('Create', { version: '1.1.0' });
    await tables.predict('1.1.0', 3);
    const before = await tables.rowsOf('1.1.0');

    await tables.send('Delete');

    expect(before).toHaveLength(9);
    expect(await tables.rowsOf('1.1.0')).toEqual(before);
    const service = await tables.rds.connectAs('modelapp_1_1_0');
    await expect(service.query('select * from inputs_1_1_0')).resolves.toMatchObject({ rowCount: 3 });
    await service.end();
  });

  test('lets the version be made anew, with an archive of its own beside the old one', async () => {
    await tables.send('Delete');
    await tables.send('Create');
    await tables.predict('1.2.0', 1);
    const again = {
      ...tables.request('Delete', { Version: '1.2.0' }, 'tables:1.2.0'),
      StackId: 'arn:stack/name/second',
    };

    await tables.invoke(again);

    expect(tables.cloudFormation.last.Status).toBe('SUCCESS');
    expect(tables.archivedRows()).toEqual(each(25));
    expect(tables.s3.json('archives/1.2.0/second/manifest.json')).toMatchObject({ dropped: true });
  });

  test('ends the sessions that outstay their time', async () => {
    const task = await tables.rds.connectAs('modelapp_1_2_0');
    const ended = new Promise((resolve) => task.once('end', resolve));

    const answer = await tables.send('Delete');

    await ended;
    expect(answer.Status).toBe('SUCCESS');
  });

  test('waits for a task that still ships its rows', async () => {
    tables.environment = { SESSION_WAIT_SECONDS: '60' };
    const task = await tables.rds.connectAs('modelapp_1_2_0');
    const { result } = tables.start('Delete');
    await oneMoreRow(task);
    await task.end();

    await result;

    expect(tables.cloudFormation.last.Status).toBe('SUCCESS');
    expect(tables.archivedRows().inputs_1_2_0).toBe(26);
  });
});

describe('the archive', () => {
  /** Three parts of predictions, of answers and of feedback, and one of each table without rows. */
  const allButTheLastPart = timeForParts(22);

  test('holds every row, in verified parts', async () => {
    await tables.send('Delete');

    expect(tables.manifest()).toMatchObject({ version: '1.2.0', dropped: true });
    expect(tables.archivedRows()).toEqual(each(25));
  });

  test('names the columns, rows and parts of each table in its manifest', async () => {
    await tables.send('Delete');

    expect(tables.manifest().tables.find(({ name }) => name === 'feedback')).toMatchObject({
      columns: ['prediction_id', 'sample', 'name', 'outcome', 'reported_at'],
      rows: 25,
      parts: [
        { key: 'feedback/000000.csv.gz', rows: 10, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { key: 'feedback/000001.csv.gz', rows: 10 },
        { key: 'feedback/000002.csv.gz', rows: 5 },
      ],
    });
  });

  test('of a version without rows says so', async () => {
    await tables.send('Create', { version: '1.1.0' });

    const answer = await tables.send('Delete', { version: '1.1.0' });

    expect(answer.Status).toBe('SUCCESS');
    const manifest = tables.s3.json<{ tables: { name: string; rows: number; complete: boolean }[] }>(
      'archives/1.1.0/7e1f-42/manifest.json',
    );
    expect(manifest).toMatchObject({ dropped: true });
    expect(manifest.tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['inputs_1_1_0', 'feedback']));
    expect(manifest.tables.every(({ rows, complete }) => rows === 0 && complete)).toBe(true);
  });

  test('goes on where time ran out, and keeps the parts that it has', async () => {
    const stopped = await tables.send('Delete', { remaining: timeForParts(4) });
    const rowsThen = await tables.predictions();
    const partsThen = [...tables.s3.objects].filter(([key]) => key.endsWith('.csv.gz'));

    const finished = await tables.send('Delete');

    expect(stopped).toMatchObject({ Status: 'FAILED', Reason: 'archived 33 %: run it again' });
    expect(rowsThen).toBe(25);
    expect(finished.Status).toBe('SUCCESS');
    expect(tables.archivedRows()).toEqual(each(25));
    expect(partsThen).toHaveLength(4);
    expect(partsThen.every(([key, body]) => tables.s3.objects.get(key) === body)).toBe(true);
  });

  test('comes to its end when each run writes but a few parts', async () => {
    const reasons: (string | undefined)[] = [];
    for (let run = 1; run <= 4; run++) {
      reasons.push((await tables.send('Delete', { remaining: timeForParts(4) })).Reason);
    }

    const answer = await tables.send('Delete');

    expect(reasons).toEqual([33, 33, 46, 66].map((percentage) => `archived ${percentage} %: run it again`));
    expect(answer.Status).toBe('SUCCESS');
    expect(tables.archivedRows()).toEqual(each(25));
  });

  test('takes in the rows that a task shipped while an earlier run was under way', async () => {
    const task = await tables.rds.connectAs('modelapp_1_2_0');
    tables.environment = { SESSION_WAIT_SECONDS: '60' };
    const first = tables.start('Delete', { remaining: [10_500] });
    await oneMoreRow(task);
    await first.result;
    await task.end();

    await tables.send('Delete');

    expect(tables.archivedRows().inputs_1_2_0).toBe(26);
  });

  test.each([
    ['changed', `update feedback set outcome = 'false' where ctid in (select ctid from feedback limit 1)`, 25, 1],
    ['removed', `delete from feedback where ctid in (select ctid from feedback limit 3)`, 22, 0],
    [
      'added',
      `insert into feedback (prediction_id, name, outcome) select prediction_id, 'late', 'false' from feedback limit 2`,
      27,
      2,
    ],
  ])('holds feedback that somebody %s since an earlier run wrote it', async (_, change, rows, changed) => {
    const stopped = await tables.send('Delete', { remaining: allButTheLastPart });
    await tables.rds.query(change);

    const answer = await tables.send('Delete');

    expect(stopped.Reason).toBe('archived 93 %: run it again');
    expect(answer.Status).toBe('SUCCESS');
    expect(tables.archivedRows().feedback).toBe(rows);
    expect(tables.manifest().tables.find(({ name }) => name === 'feedback')?.rows).toBe(rows);
    expect(tables.outcomes().filter((outcome) => outcome === 'false')).toHaveLength(changed);
  });

  test('keeps the parts of feedback that nobody changed', async () => {
    await tables.send('Delete', { remaining: allButTheLastPart });
    const before = tables.s3.objects.get(`${folder}/feedback/000000.csv.gz`);

    await tables.send('Delete');

    expect(before).toBeDefined();
    expect(tables.s3.objects.get(`${folder}/feedback/000000.csv.gz`)).toBe(before);
  });

  test('holds feedback anew that changes between archive and deletion', async () => {
    let changed = false;
    tables.s3.stored = async (key) => {
      if (changed || !key.includes('/feedback/')) return;
      changed = true;
      await tables.rds.query(`update feedback set outcome = 'false'`);
    };

    const answer = await tables.send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(tables.outcomes()).toEqual(Array(25).fill('false'));
  });

  test('that is damaged bars the drop', async () => {
    await tables.send('Delete', { remaining: timeForParts(4) });
    const part = [...tables.s3.objects.keys()].find((key) => key.endsWith('.csv.gz'))!;
    tables.s3.objects.set(part, Buffer.from('damaged'));

    const answer = await tables.send('Delete');

    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(part) });
    expect(await tables.predictions()).toBe(25);
  });
});

describe('no archive', () => {
  test('is made when the deployment said so', async () => {
    const answer = await tables.send('Delete', { archive: false });

    expect(answer.Status).toBe('SUCCESS');
    expect(await tables.namesOf('1.2.0')).toEqual([]);
    expect(tables.s3.objects.size).toBe(0);
  });

  test('is made when the object SKIP says so, which is removed', async () => {
    tables.s3.objects.set('archives/1.2.0/SKIP', Buffer.from(''));

    const answer = await tables.send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(await tables.namesOf('1.2.0')).toEqual([]);
    expect(tables.s3.objects.size).toBe(0);
  });

  test('is made when SKIP comes after a run that began one', async () => {
    await tables.send('Delete', { remaining: timeForParts(2) });
    tables.s3.objects.set('archives/1.2.0/SKIP', Buffer.from(''));

    const answer = await tables.send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(await tables.namesOf('1.2.0')).toEqual([]);
    expect(tables.s3.objects.has('archives/1.2.0/SKIP')).toBe(false);
  });

  test('of another version is concerned by SKIP', async () => {
    tables.s3.objects.set('archives/1.1.0/SKIP', Buffer.from(''));

    await tables.send('Delete');

    expect(tables.archivedRows()).toEqual(each(25));
    expect(tables.s3.objects.has('archives/1.1.0/SKIP')).toBe(true);
  });
});

describe('a step that fails', () => {
  const denied = { status: 403, body: '<Error><Code>AccessDenied</Code><Message>no right</Message></Error>' };

  test.each([
    ['reading SKIP', 'HEAD', 'archives/1.2.0/SKIP'],
    ['reading the manifest', 'GET', `${folder}/manifest.json`],
    ['storing a part', 'PUT', `${folder}/outputs_1_2_0/000001.csv.gz`],
    ['storing the manifest', 'PUT', `${folder}/manifest.json`],
    ['storing feedback', 'PUT', `${folder}/feedback/000000.csv.gz`],
    ['verifying a part', 'HEAD', `${folder}/inputs_1_2_0/000000.csv.gz`],
  ])('%s drops nothing, and is done by the next try', async (_, deniedMethod, deniedKey) => {
    tables.s3.intercept = async (method, key) => (method === deniedMethod && key === deniedKey ? denied : undefined);
    const failed = await tables.send('Delete');
    const rowsThen = await tables.predictions();
    tables.s3.intercept = async () => undefined;

    const answer = await tables.send('Delete');

    expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'tables:1.2.0', Reason: expect.any(String) });
    expect(rowsThen).toBe(25);
    expect(answer.Status).toBe('SUCCESS');
    expect(tables.archivedRows()).toEqual(each(25));
  });

  test('reaching the database drops nothing', async () => {
    tables.environment = { MODELAPP_DATABASE_URL: 'postgres://127.0.0.1:1/modelapp' };

    const answer = await tables.send('Delete');

    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('ECONNREFUSED') });
    expect(await tables.predictions()).toBe(25);
  });

  test('dropping keeps the rows, their feedback and the role', async () => {
    await tables.rds.query('create view somebodys as select * from inputs_1_2_0');

    const answer = await tables.send('Delete');

    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('depend') });
    expect(await tables.rowsOf('1.2.0')).toHaveLength(75);
    expect(await tables.namesOf('1.2.0')).toContain('modelapp_1_2_0');
    expect(tables.manifest().dropped).toBe(false);
  });
});

async function oneMoreRow(task: Client): Promise<void> {
  await task.query(
    `insert into inputs_1_2_0 (id, request_time, prediction_id, sample, model, revision, protocol, features, assigned)
     values ('late', now(), gen_random_uuid(), 0, 'iris', 1, 'oip', '{}', true)`,
  );
}
