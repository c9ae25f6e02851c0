import { setTimeout as sleep } from 'node:timers/promises';
import { openCommitCutter } from '../../e2e/support/commit-cutter';
import type { Invocation } from '../support/invoke';
import { DeployedTables, each, folder } from './deployed-tables';

let tables: DeployedTables;

beforeAll(async () => {
  tables = await DeployedTables.open('interruptions');
});
beforeEach(() => tables.reset());
afterAll(() => tables?.close());

const lastPart = `${folder}/feedback/000002.csv.gz`;
const manifestKey = `${folder}/manifest.json`;

async function expectDeleted(): Promise<void> {
  expect(tables.cloudFormation.last).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'tables:1.2.0' });
  expect(await tables.namesOf('1.2.0')).toEqual([]);
  expect(await tables.rds.query('select count(*)::int from feedback')).toEqual([{ count: 0 }]);
  expect(tables.manifest().dropped).toBe(true);
  expect(tables.archivedRows()).toEqual(each(25));
}

describe('a deletion whose process dies', () => {
  beforeEach(async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 25);
  });

  /** Begins a deletion that dies where `arm` says so. */
  async function die(arm: (kill: () => Promise<undefined>) => void): Promise<void> {
    let deletion: Invocation | undefined;
    arm(async () => {
      deletion?.process.kill('SIGKILL');
      return undefined;
    });
    deletion = tables.start('Delete');
    await deletion.result;
    tables.s3.intercept = async () => undefined;
    tables.cloudFormation.answering = async () => {};
  }

  const whenAsked = (what: string, asked: string) => (kill: () => Promise<undefined>) => {
    tables.s3.intercept = async (method, key) => (method === what && key === asked ? kill() : undefined);
  };

  test.each<[string, boolean, (kill: () => Promise<undefined>) => void]>([
    ['while the first part is stored', false, whenAsked('PUT', `${folder}/inputs_1_2_0/000000.csv.gz`)],
    ['while the last part is stored', false, whenAsked('PUT', lastPart)],
    ['between archive and drop', false, whenAsked('HEAD', `${folder}/inputs_1_2_0/000000.csv.gz`)],
    ['in the transaction, just before its COMMIT', false, whenAsked('HEAD', lastPart)],
    ['after the COMMIT, before the manifest says so', true, whenDropped()],
    ['after the COMMIT, before SKIP is looked for', true, whenAsked('DELETE', 'archives/1.2.0/SKIP')],
    ['as it answers', true, whenAnswered()],
  ])('%s is finished by the next', async (_, gone, arm) => {
    await die(arm);
    const left = await tables.namesOf('1.2.0');

    await tables.send('Delete');

    expect(left.length === 0).toBe(gone);
    await expectDeleted();
  });

  test.each([0, 10, 20, 40, 80])('%d ms after its last part was stored is finished by the next', async (delay) => {
    const deletion = tables.start('Delete');
    while (!tables.s3.objects.has(lastPart)) await sleep(1);
    await sleep(delay);
    deletion.process.kill('SIGKILL');
    await deletion.result;

    await tables.send('Delete');

    await expectDeleted();
  });

  test('without an archive, before SKIP is removed, is finished by the next, and SKIP goes', async () => {
    const skip = 'archives/1.2.0/SKIP';
    tables.s3.objects.set(skip, Buffer.from(''));
    await die(whenAsked('DELETE', skip));
    tables.s3.objects.set(skip, Buffer.from(''));

    const answer = await tables.send('Delete');

    expect(answer.Status).toBe('SUCCESS');
    expect(await tables.namesOf('1.2.0')).toEqual([]);
    expect(tables.s3.objects.size).toBe(0);
  });
});

describe('a connection that breaks before the function hears of its COMMIT', () => {
  test('fails the deletion, which the next finishes', async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 25);
    const way = await openCommitCutter(tables.rds.url);
    tables.environment = { MODELAPP_DATABASE_URL: way.url };
    way.cutEvery(1);
    const failed = await tables.send('Delete');
    const left = await tables.namesOf('1.2.0');
    way.cutEvery(0);

    await tables.send('Delete');

    expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'tables:1.2.0' });
    expect(left).toEqual([]);
    await expectDeleted();
    await way.close();
  });

  test.each([1, 2])('fails the creation at its COMMIT number %d, and the next one goes on', async (nth) => {
    const way = await openCommitCutter(tables.rds.url);
    tables.environment = { MODELAPP_DATABASE_URL: way.url };
    way.cutEvery(nth);
    const failed = await tables.send('Create');
    way.cutEvery(0);

    const answer = await tables.send('Create');
    await tables.predict('1.2.0', 1);

    expect(way.cuts).toBe(1);
    expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'refused' });
    expect(answer.Status).toBe('SUCCESS');
    await way.close();
  });
});

describe('a function that is nearly out of time', () => {
  /** Half a second to work. */
  const nearlyOver = [10_500];
  const outOfTime = { Status: 'FAILED', PhysicalResourceId: 'tables:1.2.0', Reason: 'ran out of time: run it again' };

  beforeEach(async () => {
    await tables.send('Create');
    await tables.predict('1.2.0', 25);
    tables.cloudFormation.answers.length = 0;
  });

  test('while it waits for a session answers once, and the next goes on', async () => {
    const task = await tables.rds.connectAs('modelapp_1_2_0');
    tables.environment = { SESSION_WAIT_SECONDS: '60' };
    await tables.send('Delete', { remaining: nearlyOver });
    const answers = [...tables.cloudFormation.answers];
    await task.end();

    await tables.send('Delete');

    expect(answers).toMatchObject([outOfTime]);
    await expectDeleted();
  });

  test('in the middle of its transaction answers once, commits nothing and leaves no session behind', async () => {
    tables.s3.intercept = (method, key) =>
      method === 'HEAD' && key === lastPart ? new Promise(() => {}) : Promise.resolve(undefined);
    const deletion = tables.start('Delete', { remaining: [13_000, 900_000] });
    while (tables.cloudFormation.answers.length === 0) await sleep(10);
    const answers = [...tables.cloudFormation.answers];
    const sessions = await sessionsOfFunctions();
    const rows = await tables.rowsOf('1.2.0');
    deletion.process.kill('SIGKILL');
    await deletion.result;
    tables.s3.intercept = async () => undefined;

    await tables.send('Delete');

    expect(answers).toMatchObject([outOfTime]);
    expect(sessions).toBe(0);
    expect(rows).toHaveLength(75);
    await expectDeleted();
  });
});

/** Waits a little for the database to notice that a client is gone. */
async function sessionsOfFunctions(): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const [row] = await tables.rds.query<{ count: number }>(
      `select count(*)::int from pg_stat_activity where application_name = 'modelapp functions'`,
    );
    if (row?.count === 0 || attempt === 100) return row?.count ?? 0;
    await sleep(50);
  }
}

/** Kills before CloudFormation has the answer. */
function whenAnswered() {
  return (kill: () => Promise<undefined>) => {
    tables.cloudFormation.answering = kill;
  };
}

/** Kills when the manifest is stored that says that the tables are gone. */
function whenDropped() {
  return (kill: () => Promise<undefined>) => {
    tables.s3.intercept = async (method, key, body) =>
      method === 'PUT' && key === manifestKey && body.includes('"dropped": true') ? kill() : undefined;
  };
}
