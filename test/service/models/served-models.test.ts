import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import pino from 'pino';
import { JobQueue } from '../../../service/jobs/job-queue';
import { finishCacheUpdates } from '../../../service/jobs/running-jobs';
import { ServedModels } from '../../../service/models/served-models';
import { testVersion } from '../../support/postgres/database';
import { givenRegistry } from './given-registry';
import { irisConfig, irisRevision } from './iris';

/** Within this time every process serves what was activated, in milliseconds. */
const changeReachesAllWithin = 2_000;
/** So rarely does a process poll that only an announcement can be the reason of what it does. */
const never = 3_600_000;

const given = givenRegistry();
const { publish } = given;

let started: { models: ServedModels; pool: Pool }[];
let logged: string[];

beforeEach(async () => {
  started = [];
  logged = [];
});

afterEach(async () => {
  for (const { models, pool } of started) {
    await models.stop();
    await pool.end();
  }
});

/** The models of one more process, with connections of its own. */
async function start(pollMs?: number, config = irisConfig()): Promise<ServedModels> {
  const pool = new Pool({ connectionString: given.database.url, max: 3 });
  pool.on('error', () => {});
  const logger = pino({}, { write: (line: string) => void logged.push(line) });
  const models = new ServedModels({
    pool,
    version: testVersion,
    store: given.store,
    models: config.models,
    directory: '.',
    logger,
    pollMs,
  });
  started.push({ models, pool });
  await models.start();
  return models;
}

const activeOf = (models: ServedModels): number | undefined => models.get('iris')?.active?.revision;

/** Waits until all serve the revision, and fails if that takes too long. */
async function allServe(processes: readonly ServedModels[], revision: number, within: number): Promise<void> {
  const deadline = Date.now() + within;
  while (processes.some((models) => activeOf(models) !== revision)) {
    if (Date.now() > deadline) throw new Error(`still ${processes.map(activeOf)} after ${within} ms`);
    await sleep(10);
  }
}

const listening = `select pid from pg_stat_activity where datname = current_database() and query like 'listen%'`;
const stopListening = async () => {
  const { rowCount } = await given.database.pool.query(`select pg_terminate_backend(pid) from (${listening}) l`);
  return rowCount;
};

test('a started process serves the active revision', async () => {
  await publish(irisRevision('virginica'));

  const models = await start();

  expect(models.ready).toBe(true);
  expect(activeOf(models)).toBe(1);
  expect(models.updatedAt('iris')).toBeInstanceOf(Date);
  expect(await models.get('iris')?.active?.model.predict([[1]], {})).toMatchObject([{ output: 'virginica' }]);
});

test('a model without any revision is configured, but not ready', async () => {
  const models = await start();

  expect(models.ready).toBe(false);
  expect(models.get('iris')).toMatchObject({ name: 'iris', active: undefined });
});

test('a name that is not configured is unknown', async () => {
  expect((await start()).get('roses')).toBeUndefined();
});

test('the revision active before stays loaded, older ones do not', async () => {
  for (const _ of [1, 2, 3]) await publish();

  const iris = (await start()).get('iris');

  expect([1, 2, 3].map((revision) => iris?.loaded(revision)?.revision)).toEqual([undefined, 2, 3]);
});

test('a request that has taken a model keeps its revision while another is activated', async () => {
  await publish();
  const models = await start();
  const taken = models.get('iris');

  await publish();
  await models.refresh();

  expect(taken?.active?.revision).toBe(1);
  expect(activeOf(models)).toBe(2);
});

describe('an activation reaches every process', () => {
  test('by its announcement alone', async () => {
    await publish();
    const processes = [await start(never), await start(never)];

    await publish();
    await allServe(processes, 2, changeReachesAllWithin);

    await given.registry.rollback('iris');
    await allServe(processes, 1, changeReachesAllWithin);
  });

  test('by polling alone, if the announcement is lost', async () => {
    for (const _ of [1, 2]) await publish();
    const processes = [await start(), await start()];

    await given.database.pool.query('update models_1_0_0 set active = 1, active_before = array[2]');

    await allServe(processes, 1, changeReachesAllWithin);
  });

  test('when the connections that listen have just been cut', async () => {
    await publish();
    const processes = [await start(), await start()];
    expect(await stopListening()).toBe(2);

    await publish();

    await allServe(processes, 2, changeReachesAllWithin);
  });

  test('by its announcement again, once the connection is back', async () => {
    await publish();
    const models = await start(never);
    await stopListening();
    await publish();
    await allServe([models], 2, changeReachesAllWithin);

    await publish();

    await allServe([models], 3, changeReachesAllWithin);
  });
});

describe('a process that serves', () => {
  const living = async (): Promise<number | null> =>
    (await given.database.pool.query('select from processes_1_0_0')).rowCount;

  test('is known to the database until it stops', async () => {
    const models = await start();
    await until(async () => (await living()) === 1);

    await models.stop();

    expect(await living()).toBe(0);
  });

  test('finishes an update of the model cache by looking', async () => {
    await start();
    await start();
    await until(async () => (await living()) === 2);
    const queue = new JobQueue(given.database.pool, testVersion);
    const jobId = await queue.enqueueCacheUpdate();
    await finishCacheUpdates(given.database.pool, testVersion);
    expect((await queue.get(jobId))?.status).toBe('running');

    await until(async () => {
      await finishCacheUpdates(given.database.pool, testVersion);
      return (await queue.get(jobId))?.status === 'finished';
    });
  });

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await sleep(20);
  }
});

describe('a revision that cannot be loaded', () => {
  test('leaves the old one serving, and the log says why', async () => {
    await publish();
    const models = await start(never);
    const bad = await publish(irisRevision('virginica', false));
    await damageFile(bad);

    await given.registry.activate('iris', bad);
    await models.refresh();

    expect(activeOf(models)).toBe(1);
    expect(models.ready).toBe(true);
    expect(logged.join()).toContain("revision 2 of 'iris' cannot be used");
  });

  test('serves as soon as its file is whole again', async () => {
    await publish();
    const models = await start(never);
    const bad = await publish(irisRevision('virginica', false));
    const repair = await damageFile(bad);
    await given.registry.activate('iris', bad);
    await models.refresh();

    repair();
    await models.refresh();

    expect(activeOf(models)).toBe(2);
  });

  test('makes a process that starts with it not ready', async () => {
    await damageFile(await publish());

    expect((await start(never)).ready).toBe(false);
  });

  test('may be one that was trained for other features than are configured now', async () => {
    await publish();
    const changed = irisConfig({ mapping: [{ name: 'petal_width', type: 'int', aliases: [] }] });

    const models = await start(never, changed);

    expect(models.ready).toBe(false);
    expect(logged.join()).toContain("run 'modelapp train iris'");
  });

  /** Overwrites the file of a revision; the answer puts it right again. */
  async function damageFile(revision: number): Promise<() => void> {
    const { revisions } = await given.registry.list('iris');
    const found = revisions.find((other) => other.revision === revision);
    const path = join(given.folder, found?.location ?? '');
    const bytes = await given.store.read(found?.location ?? '');
    writeFileSync(path, 'damaged');
    return () => writeFileSync(path, bytes);
  }
});
