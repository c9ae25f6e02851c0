import type { ModelConfig } from '../../../config/schema';
import { MissingTestDataError, TrainingLockedError } from '../../../service/jobs/errors';
import type { Job, TrainingOptions } from '../../../service/jobs/job';
import { JobQueue } from '../../../service/jobs/job-queue';
import { claimJob, failDeadJobs, type RunningJob, startJob } from '../../../service/jobs/running-jobs';
import type { Trainer, TrainRequest } from '../../../service/jobs/trainer';
import { runTraining } from '../../../service/jobs/training-job';
import { LeaseLostError } from '../../../service/models/errors';
import { testVersion } from '../../support/postgres/database';
import { givenRegistry } from '../models/given-registry';
import { fileAnswering, irisConfig, irisRevision } from '../models/iris';
import { endlessTrainer, trainerScoring } from './stand-in-trainer';

const leaseMs = 30_000;

const given = givenRegistry();

let queue: JobQueue;

beforeEach(() => {
  queue = new JobQueue(given.database.pool, testVersion);
});

const start = (options: TrainingOptions = {}): Promise<RunningJob> =>
  startJob(given.database.pool, testVersion, leaseMs, { kind: 'train', model: 'iris', options });

const run = (job: RunningJob, trainer: Trainer, model: Partial<ModelConfig> = {}, signal?: AbortSignal) =>
  runTraining(job, {
    pool: given.database.pool,
    version: testVersion,
    store: given.store,
    config: irisConfig(model),
    directory: '.',
    trainer,
    ...(signal && { signal }),
  });

/** Trains and tells how the job ended. */
async function trained(options: TrainingOptions, trainer: Trainer, model: Partial<ModelConfig> = {}): Promise<Job> {
  const job = await start(options);
  await run(job, trainer, model);
  return jobOf(job);
}

const jobOf = async ({ jobId }: RunningJob): Promise<Job> => (await queue.get(jobId)) as Job;

/** A trainer that notes what it was asked. */
function recordingTrainer(): { trainer: Trainer; requests: TrainRequest[] } {
  const requests: TrainRequest[] = [];
  const { train, judge } = trainerScoring(0.95);
  const recordAndTrain: Trainer['train'] = (request) => {
    requests.push(request);
    return train(request);
  };
  return { trainer: { train: recordAndTrain, judge }, requests };
}

const publishActive = () => given.publish(irisRevision('virginica'));

test('a training becomes the active revision, with its scores', async () => {
  const job = await trained({}, trainerScoring(0.95));

  expect(job).toMatchObject({
    status: 'finished',
    kept: true,
    revision: 1,
    activated: true,
    scores: { train: 1, test: 0.95 },
    reason: null,
    error: null,
  });
  expect(job.finishedAt).not.toBeNull();
  expect(await given.registry.list('iris')).toMatchObject({ active: 1, revisions: [{ origin: 'train', revision: 1 }] });
});

test('a training need not be activated', async () => {
  expect(await trained({ activate: false }, trainerScoring(0.95))).toMatchObject({ revision: 1, activated: false });

  expect((await given.registry.list('iris')).active).toBeUndefined();
});

test('the trainer gets the time of the database', async () => {
  const { trainer, requests } = recordingTrainer();
  await trained({}, trainer);

  const { rows } = await given.database.pool.query<{ inBetween: boolean }>(
    `select $1 between started_at - interval '1 ms' and finished_at as "inBetween" from jobs_1_0_0`,
    [requests[0]?.createdAt],
  );
  expect(rows[0]?.inBetween).toBe(true);
});

describe('a training is not kept', () => {
  test('if that was not wanted', async () => {
    expect(await trained({ persist: false }, trainerScoring(0.95))).toMatchObject({
      status: 'finished',
      kept: false,
      revision: null,
      activated: false,
      scores: { train: 1, test: 0.95 },
      reason: 'it was asked not to keep the outcome',
    });
    expect((await given.registry.list('iris')).revisions).toEqual([]);
  });

  test('if its test score is below the configured minimum', async () => {
    const job = await trained({}, trainerScoring(0.89), { minScore: 0.9 });

    expect(job).toMatchObject({ kept: false, reason: 'test score 0.89 is below the minimum 0.9' });
    expect((await given.registry.list('iris')).revisions).toEqual([]);
  });

  test('if its test score is below the minimum of this training, whatever is configured', async () => {
    const options = { persistIfBetterThan: 0.95 };

    expect(await trained(options, trainerScoring(0.94), { minScore: 0.9 })).toMatchObject({ kept: false });
    expect(await trained(options, trainerScoring(0.95), { minScore: 0.99 })).toMatchObject({ kept: true });
  });

  test('if it does not beat the active revision on the same test data', async () => {
    await publishActive();

    expect(await trained({ betterThanActive: true }, trainerScoring(0.9, 0.9))).toMatchObject({ kept: false });
    expect(await trained({ betterThanActive: true }, trainerScoring(0.9, 0.89))).toMatchObject({ kept: true });
  });
});

describe('the trainer gets the active revision to compare with', () => {
  const rivalOf = async (options: TrainingOptions): Promise<Uint8Array | undefined> => {
    const { trainer, requests } = recordingTrainer();
    await trained(options, trainer);
    return requests[0]?.rival;
  };

  test('if a new one has to beat it', async () => {
    await publishActive();

    expect(await rivalOf({ betterThanActive: true })).toEqual(Buffer.from(fileAnswering('virginica')));
  });

  test('but not otherwise', async () => {
    await publishActive();

    expect(await rivalOf({})).toBeUndefined();
  });

  test('but not if its file is lost, because then any is better', async () => {
    await publishActive();
    const { revisions } = await given.registry.list('iris');
    await given.store.remove(revisions[0]?.location ?? '');

    expect(await rivalOf({ betterThanActive: true })).toBeUndefined();
  });
});

describe('a training that fails', () => {
  const failing: Trainer = {
    ...endlessTrainer,
    train: async () => {
      throw new Error("iris.csv:17: petal_width: 'abc' is not a number\nand more");
    },
  };

  test('ends with the first line of its error and leaves no revision', async () => {
    const job = await start();

    await expect(run(job, failing)).rejects.toThrow('iris.csv:17');

    expect(await jobOf(job)).toMatchObject({
      status: 'error',
      error: "iris.csv:17: petal_width: 'abc' is not a number",
      kept: null,
    });
    expect((await given.registry.list('iris')).revisions).toEqual([]);
  });

  test('frees its model at once', async () => {
    await expect(run(await start(), failing)).rejects.toThrow();

    await expect(trained({}, trainerScoring(0.9))).resolves.toMatchObject({ status: 'finished' });
  });

  test('may lack the test data for its threshold', async () => {
    const noTestData = { evaluation: { testFraction: 0, seed: 1 } };

    await expect(run(await start({ persistIfBetterThan: 0.9 }), trainerScoring(null), noTestData)).rejects.toThrow(
      MissingTestDataError,
    );
  });

  test('may be of a model that is configured no longer', async () => {
    const job = await startJob(given.database.pool, testVersion, leaseMs, {
      kind: 'train',
      model: 'roses',
      options: {},
    });

    await expect(run(job, trainerScoring(1))).rejects.toThrow("there is no model 'roses' in the configuration");
  });

  test('may have been told to end', async () => {
    const ending = new AbortController();
    const job = await start();
    const running = run(job, endlessTrainer, {}, ending.signal);

    ending.abort(new Error('ended by SIGTERM'));

    await expect(running).rejects.toThrow('ended by SIGTERM');
    expect(await jobOf(job)).toMatchObject({ status: 'error', error: 'ended by SIGTERM' });
  });
});

describe('one training at a time', () => {
  test('a model that is being trained is locked', async () => {
    await start();

    await expect(start()).rejects.toThrow(TrainingLockedError);
  });

  test('another model is not', async () => {
    await start();

    await expect(
      startJob(given.database.pool, testVersion, leaseMs, { kind: 'train', model: 'roses', options: {} }),
    ).resolves.toMatchObject({ model: 'roses' });
  });

  test('of several that start at the same time, one gets the lease', async () => {
    const starts = await Promise.allSettled([start(), start(), start(), start()]);

    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a late trainer whose lease has passed to another publishes nothing', async () => {
    const late = await start();
    await expireLeases();
    const next = await start();

    await expect(run(late, trainerScoring(0.99))).rejects.toThrow(LeaseLostError);
    await run(next, trainerScoring(0.95));

    expect(await jobOf(late)).toMatchObject({ status: 'error', error: 'the trainer showed no sign of life' });
    expect((await given.registry.list('iris')).revisions.map(({ scores }) => scores?.test)).toEqual([0.95]);
  });

  test('a late trainer is told to end', async () => {
    const late = await start();
    await expireLeases();
    await failDeadJobs(given.database.pool, testVersion);

    await expect(run(late, endlessTrainer)).rejects.toThrow(LeaseLostError);
  });

  test('a trainer that was silent for too long, but is not given up yet, publishes', async () => {
    const late = await start();
    await expireLeases();

    await run(late, trainerScoring(0.99));

    expect(await jobOf(late)).toMatchObject({ status: 'finished', revision: 1 });
  });

  const expireLeases = () => given.database.pool.query(`update leases_1_0_0 set expires_at = now() - interval '1 s'`);
});

describe('a cancelled training', () => {
  test('publishes nothing and frees its model at once', async () => {
    const job = await start();

    await queue.cancel(job.jobId);

    await expect(run(job, trainerScoring(0.99))).rejects.toThrow(LeaseLostError);
    expect(await jobOf(job)).toMatchObject({ status: 'cancelled', error: null });
    expect((await given.registry.list('iris')).revisions).toEqual([]);
    await expect(start()).resolves.toBeDefined();
  });
});

test('old revisions go when a new one comes', async () => {
  for (const _ of [1, 2, 3, 4]) {
    await runTraining(await start(), {
      pool: given.database.pool,
      version: testVersion,
      store: given.store,
      config: irisConfig({}, { keep: 2 }),
      directory: '.',
      trainer: trainerScoring(0.95),
    });
  }

  expect((await given.registry.list('iris')).revisions.map(({ revision }) => revision)).toEqual([3, 4]);
});

test('a job of the queue is trained like one that starts at once', async () => {
  const iris = irisConfig().models.iris as ModelConfig;
  await queue.enqueueTraining('fit', { name: 'iris', config: iris }, {});
  const job = (await claimJob(given.database.pool, testVersion, leaseMs)) as RunningJob;

  await run(job, trainerScoring(0.95));

  expect(await jobOf(job)).toMatchObject({ kind: 'fit', status: 'finished', revision: 1 });
});
