import { setTimeout as sleep } from 'node:timers/promises';
import { resolveConfig } from '../../../config/resolve';
import { RetrainSchedule } from '../../../service/jobs/retrain-schedule';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';

const delayMs = 1_000;
const { models } = resolveConfig({
  models: {
    shop: { algorithm: 'als', source: { observations: true }, batchRetrainDelayInMillis: delayMs },
    movies: { algorithm: 'als', source: { csv: 'ratings.csv' } },
  },
});

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
});
afterEach(() => database.drop());

const schedule = () => new RetrainSchedule({ pool: database.pool, version: testVersion, models });
const jobs = async () => {
  const { rows } = await database.pool.query('select model, kind, status from jobs_1_0_0 order by position');
  return rows;
};
const queued = { model: 'shop', kind: 'retrain', status: 'queued' };

async function observe(): Promise<void> {
  await database.pool.query(
    `insert into observations_1_0_0 (model, user_id, item, score, position) values ('shop', '1', '2', 3, 1)`,
  );
}

/** As if so much time had passed since all that there is. */
async function pass(ms: number): Promise<void> {
  for (const table of ['jobs_1_0_0', 'revisions_1_0_0']) {
    await database.pool.query(`update ${table} set created_at = created_at - $1 * interval '1 millisecond'`, [ms]);
  }
}

const finish = () =>
  database.pool.query(`update jobs_1_0_0 set status = 'finished', finished_at = now() where status = 'queued'`);

it('a model that was never trained is retrained so long after the start', async () => {
  await observe();
  const started = schedule();
  await started.fireDue();
  expect(await jobs()).toEqual([]);
  await sleep(delayMs);
  await started.fireDue();
  expect(await jobs()).toEqual([queued]);
});

describe('a model that was retrained', () => {
  beforeEach(async () => {
    await observe();
    await database.pool.query(`insert into jobs_1_0_0 (kind, model, status) values ('retrain', 'shop', 'finished')`);
  });
  const before = { ...queued, status: 'finished' };

  it('is not retrained earlier, also not after a restart', async () => {
    await pass(delayMs / 2);
    await schedule().fireDue();
    expect(await jobs()).toEqual([before]);
  });

  it('is retrained again and again, once each time, however many instances there are', async () => {
    const instances = Array.from({ length: 6 }, schedule);
    for (const round of [1, 2]) {
      await pass(delayMs);
      await Promise.all(instances.map((instance) => instance.fireDue()));
      expect(await jobs()).toEqual([...Array(round).fill(before), queued]);
      await finish();
      await Promise.all(instances.map((instance) => instance.fireDue()));
      expect(await jobs()).toEqual(Array(round + 1).fill(before));
    }
  });

  it('is not retrained while a training of it waits', async () => {
    await pass(10 * delayMs);
    await database.pool.query(`insert into jobs_1_0_0 (kind, model) values ('fit', 'shop')`);
    await schedule().fireDue();
    expect(await jobs()).toEqual([before, { model: 'shop', kind: 'fit', status: 'queued' }]);
  });
});

it('a model that was trained otherwise is retrained so long after that', async () => {
  await observe();
  await database.pool.query(`insert into models_1_0_0 (model, last_revision) values ('shop', 1)`);
  await database.pool.query(
    `insert into revisions_1_0_0 (model, revision, origin, location, bytes, sha256) values ('shop', 1, 'import', '', 0, '')`,
  );
  await schedule().fireDue();
  expect(await jobs()).toEqual([]);
  await pass(delayMs);
  await schedule().fireDue();
  expect(await jobs()).toEqual([queued]);
});

it('a model of which nothing was observed is not retrained', async () => {
  await database.pool.query(`insert into jobs_1_0_0 (kind, model, status) values ('retrain', 'shop', 'finished')`);
  await pass(10 * delayMs);
  await schedule().fireDue();
  expect(await jobs()).toHaveLength(1);
});
