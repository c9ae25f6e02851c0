import type { ModelConfig } from '../../../config/schema';
import { MissingTestDataError } from '../../../service/jobs/errors';
import { JobQueue } from '../../../service/jobs/job-queue';
import { claimJob, finishCacheUpdates } from '../../../service/jobs/running-jobs';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';
import { emptyModelTables, irisConfig } from '../models/iris';

const leaseMs = 30_000;
const modelOf = (config: Partial<ModelConfig> = {}, name = 'iris') => ({
  name,
  config: irisConfig(config).models.iris as ModelConfig,
});

let database: TestDatabase;
let queue: JobQueue;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
}, 60_000);

afterAll(() => database.drop());

beforeEach(async () => {
  await emptyModelTables(database.pool);
  queue = new JobQueue(database.pool, testVersion);
});

const claim = () => claimJob(database.pool, testVersion, leaseMs);
const statusOf = async (jobId: string) => (await queue.get(jobId))?.status;

describe('a training in the queue', () => {
  test('shows as queued', async () => {
    const jobId = await queue.enqueueTraining('fit', modelOf(), {});

    expect(await queue.get(jobId)).toEqual({
      jobId,
      model: 'iris',
      kind: 'fit',
      status: 'queued',
      createdAt: expect.any(Date),
      startedAt: null,
      finishedAt: null,
      kept: null,
      revision: null,
      activated: null,
      scores: null,
      reason: null,
      error: null,
    });
  });

  test('is claimed with its options, and runs', async () => {
    const jobId = await queue.enqueueTraining('fit', modelOf(), { activate: false, persistIfBetterThan: 0.9 });

    expect(await claim()).toMatchObject({
      jobId,
      model: 'iris',
      options: { activate: false, persistIfBetterThan: 0.9 },
    });
    expect(await statusOf(jobId)).toBe('running');
  });

  test('waits while its model is being trained', async () => {
    await queue.enqueueTraining('fit', modelOf(), {});
    const second = await queue.enqueueTraining('fit', modelOf(), {});
    await claim();

    expect(await claim()).toBeUndefined();
    expect(await statusOf(second)).toBe('queued');
  });

  test('does not keep another model waiting', async () => {
    await queue.enqueueTraining('fit', modelOf(), {});
    await queue.enqueueTraining('fit', modelOf(), {});
    await queue.enqueueTraining('fit', modelOf({}, 'roses'), {});

    expect([(await claim())?.model, (await claim())?.model]).toEqual(['iris', 'roses']);
  });

  test('is claimed once, however many claim', async () => {
    await queue.enqueueTraining('fit', modelOf(), {});
    await queue.enqueueTraining('fit', modelOf(), {});

    const claimed = await Promise.all([claim(), claim(), claim(), claim()]);

    expect(claimed.filter((job) => job !== undefined)).toHaveLength(1);
  });

  test.each([{ persistIfBetterThan: 0.5 }, { betterThanActive: true }])(
    'is refused with %j if there is no test data to check it with',
    async (options) => {
      const withoutTestData = modelOf({ evaluation: { testFraction: 0, seed: 1 } });

      await expect(queue.enqueueTraining('fit', withoutTestData, options)).rejects.toThrow(MissingTestDataError);
      expect(await queue.list()).toEqual([]);
    },
  );
});

describe('cancelling', () => {
  test('ends a job that waits, which then never runs', async () => {
    const jobId = await queue.enqueueTraining('fit', modelOf(), {});

    expect(await queue.cancel(jobId)).toMatchObject({ status: 'cancelled', finishedAt: expect.any(Date) });
    expect(await claim()).toBeUndefined();
  });

  test('ends a job that runs, and its model is free at once', async () => {
    const jobId = await queue.enqueueTraining('fit', modelOf(), {});
    await claim();
    const second = await queue.enqueueTraining('fit', modelOf(), {});

    expect(await queue.cancel(jobId)).toMatchObject({ status: 'cancelled' });
    expect(await claim()).toMatchObject({ jobId: second });
  });

  test('leaves a job alone that has ended', async () => {
    const jobId = await queue.enqueueCacheUpdate();
    await finishCacheUpdates(database.pool, testVersion);

    expect(await queue.cancel(jobId)).toMatchObject({ status: 'finished' });
  });
});

describe('an unknown job', () => {
  test.each(['7d3c3f0e-0000-4000-8000-000000000000', 'no uuid', ''])('is none: %j', async (jobId) => {
    expect(await queue.get(jobId)).toBeUndefined();
    expect(await queue.cancel(jobId)).toBeUndefined();
  });
});

test('the list shows the newest job first', async () => {
  const first = await queue.enqueueTraining('fit', modelOf(), {});
  const second = await queue.enqueueCacheUpdate();

  expect((await queue.list()).map(({ jobId }) => jobId)).toEqual([second, first]);
});

test('recent jobs are known without the database as they were last seen', async () => {
  const jobId = await queue.enqueueTraining('fit', modelOf(), {});
  await queue.recentJobs();
  await database.pool.query('alter table jobs_1_0_0 rename to jobs_away');

  const jobs = await queue.recentJobs();
  await database.pool.query('alter table jobs_away rename to jobs_1_0_0');

  expect(jobs.map((job) => job.jobId)).toEqual([jobId]);
});

describe('an update of the model cache', () => {
  const process = (id: number, heartbeat: string, looked: string | null) =>
    database.pool.query(
      `insert into processes_1_0_0 values ($1, clock_timestamp() + $2::interval, clock_timestamp() + $3::interval)`,
      [`00000000-0000-4000-8000-00000000000${id}`, heartbeat, looked],
    );

  const isFinished = async (jobId: string) => {
    await finishCacheUpdates(database.pool, testVersion);
    return (await statusOf(jobId)) === 'finished';
  };

  test('is finished when every process has looked since', async () => {
    const jobId = await queue.enqueueCacheUpdate();
    await process(1, '0 s', '0 s');
    await process(2, '0 s', '0 s');

    expect(await isFinished(jobId)).toBe(true);
  });

  test.each([
    ['has looked only before', '-1 s'],
    ['has never looked', null],
  ])('goes on while one process %s', async (_, looked) => {
    await process(1, '0 s', looked);
    const jobId = await queue.enqueueCacheUpdate();
    await process(2, '0 s', '0 s');

    expect(await isFinished(jobId)).toBe(false);
    expect(await statusOf(jobId)).toBe('running');
  });

  test('does not wait for a process that has shown no sign of life for five seconds', async () => {
    await process(1, '-6 s', null);

    expect(await isFinished(await queue.enqueueCacheUpdate())).toBe(true);
  });
});
