import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { parseVersion } from '../../../config/version';
import { pendingMigrations } from '../../../service/database/migrations';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { type Answer, FakeCloudFormation, request } from '../support/cloudformation';
import { bucket, FakeS3 } from '../support/fake-s3';
import { type FunctionUnderTest, type Invocation, invoke, startInvocation } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';
import { type RdsServer, startRds } from '../support/rds';

const folder = 'archives/1.2.0/7e1f-42';

interface Manifest {
  version: string;
  dropped: boolean;
  tables: { name: string; columns: string[]; rows: number; parts: { key: string; rows: number; sha256: string }[] }[];
}

let bundles: string;
let rds: RdsServer;
let s3: FakeS3;
let aws: Loopback;
let cloudFormation: FakeCloudFormation;
let tables: FunctionUnderTest;

beforeAll(async () => {
  bundles = join(runFolder(), 'tables-bundles');
  await buildBundles(bundles);
  rds = await startRds();
});

beforeEach(async () => {
  await rds.reset();
  s3 = new FakeS3();
  cloudFormation = new FakeCloudFormation();
  aws = await startLoopback(s3.answerer, cloudFormation.answerer);
  const environment = { MODELAPP_DATABASE_URL: rds.url };
  const { username: user, password } = rds.master;
  await invoke({ bundle: join(bundles, 'database-inside'), environment }, { user, password });
  tables = {
    bundle: join(bundles, 'tables'),
    environment: {
      ...environment,
      AWS_ENDPOINT_URL: aws.url,
      ARTIFACTS_BUCKET: bucket,
      ARCHIVE_PART_ROWS: '10',
      SESSION_WAIT_SECONDS: '0',
    },
  };
});

afterEach(() => aws.close());
afterAll(() => rds?.remove());

interface SendOptions {
  readonly version?: string;
  readonly archive?: boolean;
  readonly remaining?: readonly number[];
}

function start(type: 'Create' | 'Update' | 'Delete', options: SendOptions = {}): Invocation {
  const { version = '1.2.0', archive = true, remaining } = options;
  const id = type === 'Create' ? undefined : `tables:${version}`;
  const event = request(aws.url, type, { Version: version, Archive: String(archive) }, id);
  return startInvocation(tables, event, remaining);
}

async function send(...args: Parameters<typeof start>): Promise<Answer> {
  await start(...args).result;
  return cloudFormation.last;
}

/** Makes predictions of a version, with feedback to each, as its service does. */
async function predict(version: string, count: number): Promise<void> {
  const v = version.replaceAll('.', '_');
  const service = await rds.connectAs(`modelapp_${v}`);
  await service.query(
    `insert into inputs_${v} (id, request_time, prediction_id, sample, model, revision, protocol, features, assigned)
     select 'order, "' || n || '"', now() + n * interval '1 s', gen_random_uuid(), 0, 'iris', 1, 'oip', '{}', true
     from generate_series(1, $1) as n`,
    [count],
  );
  await service.query(
    `insert into outputs_${v} (run_id, id, finished_at, output, code_version, prediction_id, sample, model, revision, protocol, latency_ms)
     select run_id, id, now(), 'a' || chr(10) || 'b', '1', prediction_id, sample, model, revision, protocol, 1 from inputs_${v}`,
  );
  await service.query(`insert into feedback (prediction_id, outcome) select prediction_id, 'true' from inputs_${v}`);
  await service.end();
}

const manifest = () => s3.json<Manifest>(`${folder}/manifest.json`);

const namesOf = async (version: string): Promise<string[]> =>
  (
    await rds.query<{ name: string }>(
      `select tablename as name from pg_tables where tablename like '%' || $1
       union select rolname from pg_roles where rolname like '%' || $1 order by 1`,
      [`_${version.replaceAll('.', '\\_')}`],
    )
  ).map(({ name }) => name);

/** Data rows of the archived parts of a table. */
const archivedRows = (table: string): number =>
  manifest()
    .tables.filter(({ name }) => name === table)
    .flatMap(({ parts }) => parts)
    .reduce((rows, { key }) => rows + recordsOf(gunzipSync(s3.objects.get(`${folder}/${key}`)!).toString()) - 1, 0);

/** The column `outcome` of the archived feedback. */
const outcomes = (): string[] =>
  manifest()
    .tables.find(({ name }) => name === 'feedback')!
    .parts.flatMap(({ key }) =>
      gunzipSync(s3.objects.get(`${folder}/${key}`)!)
        .toString()
        .trim()
        .split('\n')
        .slice(1),
    )
    .map((record) => record.split(',')[3]!);

/** Records of a CSV text, in which a quoted field may hold a line end. */
const recordsOf = (csv: string): number =>
  csv
    .replace(/"[^"]*"/g, '')
    .split('\n')
    .filter(Boolean).length;

describe('creating the tables of a version', () => {
  test('makes them and a role that owns them', async () => {
    const answer = await send('Create');

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tables:1.2.0' });
    expect(await namesOf('1.2.0')).toEqual(expect.arrayContaining(['inputs_1_2_0', 'outputs_1_2_0', 'modelapp_1_2_0']));
    const owners = await rds.query(
      `select distinct tableowner as owner from pg_tables where tablename like '%\\_1\\_2\\_0'`,
    );
    expect(owners).toEqual([{ owner: 'modelapp_1_2_0' }]);
  });

  test('twice gives the same answer', async () => {
    const answers = [await send('Create'), await send('Create')];

    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.Status).toBe('SUCCESS');
  });

  test('lets the service of the version do its work', async () => {
    await send('Create');

    await predict('1.2.0', 1);

    const service = await rds.connectAs('modelapp_1_2_0');
    await expect(service.query('create temporary table staging (row text)')).resolves.toBeDefined();
    await expect(service.query('create view inputs_1_2_0_iris as select id from inputs_1_2_0')).resolves.toBeDefined();
    await expect(service.query('select * from modelapp_migrations')).resolves.toBeDefined();
    await service.end();
  });

  test('leaves nothing for the service of the version to migrate', async () => {
    await send('Create');
    const service = await rds.connectAs('modelapp_1_2_0');

    const pending = await pendingMigrations(service, { version: parseVersion('1.2.0') });

    expect(pending).toEqual([]);
    await service.end();
  });

  test("keeps one version out of another's tables", async () => {
    await send('Create');
    await send('Create', { version: '1.1.0' });
    const other = await rds.connectAs('modelapp_1_1_0');

    const reading = other.query('select * from inputs_1_2_0');

    await expect(reading).rejects.toThrow('permission denied');
    await other.end();
  });

  test('keeps a version out of the tables of the event server', async () => {
    await send('Create');
    const service = await rds.connectAs('modelapp_1_2_0');

    for (const table of ['apps', 'access_keys', 'events']) {
      await expect(service.query(`select * from ${table}`)).rejects.toThrow('permission denied');
    }
    await service.end();
  });

  test('lets training read them', async () => {
    await send('Create');
    const training = await rds.connectAs('modelapp_training');

    const reading = training.query('select * from inputs_1_2_0');

    await expect(reading).resolves.toMatchObject({ rowCount: 0 });
    await training.end();
  });

  test('refuses tables with rows, and its rollback drops nothing', async () => {
    await send('Create');
    await predict('1.2.0', 1);

    const answer = await send('Create');
    await invoke(tables, request(aws.url, 'Delete', { Version: '1.2.0' }, answer.PhysicalResourceId));

    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: 'the tables of 1.2.0 hold rows of an earlier deployment: modelapp revert 1.2.0',
    });
    expect(await rds.query('select count(*)::int from inputs_1_2_0')).toEqual([{ count: 1 }]);
  });
});

test('updating, also twice, keeps id and rows', async () => {
  await send('Create');
  await predict('1.2.0', 1);

  const answers = [await send('Update', { archive: false }), await send('Update')];

  expect(answers).toEqual([answers[0], answers[0]]);
  expect(answers[0]).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tables:1.2.0' });
  expect(await rds.query('select count(*)::int from inputs_1_2_0')).toEqual([{ count: 1 }]);
});

describe('deleting the tables of a version', () => {
  beforeEach(async () => {
    await send('Create');
    await predict('1.2.0', 25);
  });

  test('leaves nothing of it in the database', async () => {
    const answer = await send('Delete');

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tables:1.2.0' });
    expect(await namesOf('1.2.0')).toEqual([]);
    expect(await rds.query('select count(*)::int from feedback')).toEqual([{ count: 0 }]);
    expect(await rds.query(`select * from modelapp_migrations where scope <> 'shared'`)).toEqual([]);
  });

  test('archives every row first, in verified parts', async () => {
    await send('Delete');

    expect(manifest()).toMatchObject({ version: '1.2.0', dropped: true });
    expect(['inputs_1_2_0', 'outputs_1_2_0', 'feedback'].map(archivedRows)).toEqual([25, 25, 25]);
  });

  test('names the columns, rows and parts of each table in the manifest', async () => {
    await send('Delete');

    expect(manifest().tables.find(({ name }) => name === 'feedback')).toMatchObject({
      columns: ['prediction_id', 'sample', 'name', 'outcome', 'reported_at'],
      rows: 25,
      parts: [
        { key: 'feedback/000000.csv.gz', rows: 10, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { key: 'feedback/000001.csv.gz', rows: 10 },
        { key: 'feedback/000002.csv.gz', rows: 5 },
      ],
    });
  });

  test('succeeds again, and keeps the archive', async () => {
    await send('Delete');
    const archived = manifest();

    const answer = await send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(manifest()).toEqual(archived);
  });

  test('touches no row of another version', async () => {
    await send('Create', { version: '1.1.0' });
    await predict('1.1.0', 3);

    await send('Delete');

    const counts =
      'select (select count(*)::int from inputs_1_1_0) as inputs, (select count(*)::int from feedback) as feedback';
    expect(await rds.query(counts)).toEqual([{ inputs: 3, feedback: 3 }]);
    expect(await namesOf('1.1.0')).toContain('modelapp_1_1_0');
  });

  test('goes on with the archive where time ran out', async () => {
    const outOfTime = [...Array(5).fill(900_000), 0];

    const stopped = await send('Delete', { remaining: outOfTime });
    const rowsThen = await rds.query('select count(*)::int from inputs_1_2_0');
    const partsThen = new Map(s3.objects);
    const finished = await send('Delete');

    expect(stopped).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/^archived \d+ %: run it again$/),
    });
    expect(rowsThen).toEqual([{ count: 25 }]);
    expect(finished.Status).toBe('SUCCESS');
    expect(['inputs_1_2_0', 'outputs_1_2_0', 'feedback'].map(archivedRows)).toEqual([25, 25, 25]);
    const written = [...partsThen].filter(([key]) => key.endsWith('.csv.gz'));
    expect(written.length).toBeGreaterThan(0);
    expect(written.every(([key, body]) => s3.objects.get(key) === body)).toBe(true);
  });

  test('drops nothing while a part of the archive is damaged', async () => {
    await send('Delete', { remaining: [...Array(5).fill(900_000), 0] });
    const part = [...s3.objects.keys()].find((key) => key.endsWith('.csv.gz'))!;
    s3.objects.set(part, Buffer.from('damaged'));

    const answer = await send('Delete');

    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(part) });
    expect(await rds.query('select count(*)::int from inputs_1_2_0')).toEqual([{ count: 25 }]);
  });

  test('archives nothing when the deployment said so', async () => {
    const answer = await send('Delete', { archive: false });

    expect(answer.Status).toBe('SUCCESS');
    expect(await namesOf('1.2.0')).toEqual([]);
    expect(s3.objects.size).toBe(0);
  });

  test('archives nothing when the object SKIP says so, and removes that', async () => {
    s3.objects.set('archives/1.2.0/SKIP', Buffer.from(''));

    const answer = await send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(s3.objects.size).toBe(0);
  });

  test('ends the sessions that outstay their time', async () => {
    const task = await rds.connectAs('modelapp_1_2_0');
    const ended = new Promise((resolve) => task.once('end', resolve));

    const answer = await send('Delete');

    await ended;
    expect(answer.Status).toBe('SUCCESS');
  });

  test('waits for a task that still ships its rows', async () => {
    tables = { ...tables, environment: { ...tables.environment, SESSION_WAIT_SECONDS: '60' } };
    const task = await rds.connectAs('modelapp_1_2_0');
    const { result } = start('Delete');
    await oneMoreRow(task);
    await task.end();

    await result;

    expect(cloudFormation.last.Status).toBe('SUCCESS');
    expect(archivedRows('inputs_1_2_0')).toBe(26);
  });

  test('archives feedback as it is when it is deleted, not as an earlier run found it', async () => {
    await send('Delete', { remaining: [900_000, 0] });
    await rds.query(`update feedback set outcome = 'false'`);

    await send('Delete');

    expect(outcomes()).toEqual(Array(25).fill('false'));
  });

  test('archives feedback anew that changes between archive and deletion', async () => {
    let changed = false;
    s3.stored = async (key) => {
      if (changed || !key.includes('/feedback/')) return;
      changed = true;
      await rds.query(`update feedback set outcome = 'false'`);
    };

    const answer = await send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(outcomes()).toEqual(Array(25).fill('false'));
  });

  test.each([0, 20, 40, 80, 160])(
    'killed %d ms after its last part was stored, it is finished by the next',
    async (delay) => {
      const invocation = start('Delete');
      while (![...s3.objects.keys()].some((key) => key.startsWith(`${folder}/feedback/000002`))) await sleep(1);
      await sleep(delay);
      invocation.process.kill('SIGKILL');
      await invocation.result;

      const answer = await send('Delete');

      expect(answer.Status).toBe('SUCCESS');
      expect(await namesOf('1.2.0')).toEqual([]);
      expect(manifest().dropped).toBe(true);
      expect(['inputs_1_2_0', 'outputs_1_2_0', 'feedback'].map(archivedRows)).toEqual([25, 25, 25]);
    },
  );
});

describe('called directly', () => {
  test('inspect tells what a version has', async () => {
    await send('Create');
    await predict('1.2.0', 2);

    const { value } = await invoke(tables, { action: 'inspect', version: '1.2.0' });

    expect(value).toMatchObject({ role: true, sessions: 0, rows: { inputs_1_2_0: 2, outputs_1_2_0: 2, feedback: 2 } });
  });

  test('inspect finds nothing of a version that is not there', async () => {
    const { value } = await invoke(tables, { action: 'inspect', version: '9.9.9' });

    expect(value).toEqual({ role: false, sessions: 0, rows: {} });
  });

  test('drop removes what a failed deployment left, and archives to the folder that it names', async () => {
    await send('Create');
    await predict('1.2.0', 2);

    const { value } = await invoke(tables, { action: 'drop', version: '1.2.0', id: '7e1f-42' });

    expect(value).toEqual({ role: false, sessions: 0, rows: {} });
    expect(archivedRows('inputs_1_2_0')).toBe(2);
  });
});

async function oneMoreRow(task: Client): Promise<void> {
  await task.query(
    `insert into inputs_1_2_0 (id, request_time, prediction_id, sample, model, revision, protocol, features, assigned)
     values ('late', now(), gen_random_uuid(), 0, 'iris', 1, 'oip', '{}', true)`,
  );
}
