import { type ChildProcess, spawn as startProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { ModelConfig } from '../../../config/schema';
import type { Job } from '../../../service/jobs/job';
import { JobQueue } from '../../../service/jobs/job-queue';
import { JobRunner } from '../../../service/jobs/job-runner';
import { claimJob, type RunningJob } from '../../../service/jobs/running-jobs';
import { Registry } from '../../../service/models/registry';
import { FolderStore } from '../../../service/models/store/folder-store';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';
import { emptyModelTables, irisConfig } from '../models/iris';
import { Trainers } from './trainers';

jest.setTimeout(60_000);

const iris = { name: 'iris', config: irisConfig().models.iris as ModelConfig };
const trainers = new Trainers();

let database: TestDatabase;
let queue: JobQueue;
let runners: JobRunner[];

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  await trainers.build();
});

afterAll(async () => {
  trainers.remove();
  await database.drop();
});

beforeEach(async () => {
  await emptyModelTables(database.pool);
  queue = new JobQueue(database.pool, testVersion);
  runners = [];
});

afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.stop()));
  trainers.endAll();
});

type Mode = 'quick' | 'endless';

const spawn = (jobId: string, mode: Mode, leaseMs: number): ChildProcess =>
  trainers.spawn(jobId, { DATABASE: database.url, MODE: mode, LEASE_MS: String(leaseMs) });

/** A runner whose trainings go as `modes` says, one after the other; the last for all further ones. */
const startRunner = (modes: Mode[], leaseMs = 30_000): Promise<JobRunner> =>
  startRunnerOf((jobId) => spawn(jobId, (modes.length > 1 ? modes.shift() : modes[0]) as Mode, leaseMs), leaseMs);

async function startRunnerOf(spawnTraining: (jobId: string) => ChildProcess, leaseMs = 30_000): Promise<JobRunner> {
  const runner = new JobRunner({
    pool: database.pool,
    version: testVersion,
    leaseMs,
    logger: pino({ enabled: false }),
    spawnTraining,
  });
  runners.push(runner);
  await runner.start();
  return runner;
}

const enqueue = () => queue.enqueueTraining('fit', iris, {});

/** The job, once it is in that state. */
async function reached(jobId: string, status: Job['status']): Promise<Job> {
  for (;;) {
    const job = (await queue.get(jobId)) as Job;
    if (job.status === status) return job;
    await sleep(20);
  }
}

/** The trainer process of a job, once it renews its lease. */
async function trainerAtWork(jobId: string): Promise<ChildProcess> {
  await reached(jobId, 'running');
  const taken = await expiry();
  while ((await expiry()) <= taken) await sleep(20);
  return trainers.children.at(-1) as ChildProcess;
}

const expiry = async (): Promise<number> => {
  const { rows } = await database.pool.query<{ expires_at: Date }>('select expires_at from leases_1_0_0');
  return rows[0]?.expires_at.getTime() ?? 0;
};

const revisions = async () => {
  const registry = new Registry(database.pool, testVersion, new FolderStore(trainers.folder), {
    models: {},
    directory: '.',
  });
  return (await registry.list('iris')).revisions.map(({ revision }) => revision);
};

test('a queued training is done by a process of its own', async () => {
  await startRunner(['quick']);

  const job = await reached(await enqueue(), 'finished');

  expect(job).toMatchObject({ kept: true, revision: 1, activated: true });
  expect(await revisions()).toEqual([1]);
});

test('trainings of one model are done one after the other, by however many runners', async () => {
  await startRunner(['quick']);
  await startRunner(['quick']);

  const jobs = await Promise.all([enqueue(), enqueue(), enqueue()]);
  const finished = await Promise.all(jobs.map((jobId) => reached(jobId, 'finished')));

  expect(finished.map(({ revision }) => revision).sort()).toEqual([1, 2, 3]);
});

test('a trainer that is killed leaves an error, and the next training begins', async () => {
  await startRunner(['endless', 'quick']);
  const killed = await enqueue();
  const next = await enqueue();

  (await trainerAtWork(killed)).kill('SIGKILL');

  expect(await reached(killed, 'error')).toMatchObject({ error: 'the trainer ended with SIGKILL', kept: null });
  expect(await reached(next, 'finished')).toMatchObject({ revision: 1 });
});

test('a trainer that cannot be started leaves an error, and nothing else', async () => {
  await startRunnerOf(() => {
    const child = startProcess('/nowhere/trainer', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.send('settings');
    return child;
  });

  const job = await reached(await enqueue(), 'error');

  expect(job.error).toBe('the trainer could not be started: spawn /nowhere/trainer ENOENT');
});

test('a trainer that is killed together with its runner leaves an error once its lease has run out', async () => {
  const leaseMs = 3_000;
  const jobId = await enqueue();
  const job = (await claimJob(database.pool, testVersion, leaseMs)) as RunningJob;
  const child = spawn(job.jobId, 'endless', leaseMs);
  await trainerAtWork(jobId);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await enqueue();
  expect((await queue.get(jobId))?.status).toBe('running');

  await startRunner(['quick'], leaseMs);

  expect(await reached(jobId, 'error')).toMatchObject({ error: 'the trainer showed no sign of life' });
  expect(await reached(next, 'finished')).toMatchObject({ revision: 1 });
});

test('a trainer at work keeps its lease for longer than one term', async () => {
  const leaseMs = 3_000;
  await startRunner(['endless'], leaseMs);
  const jobId = await enqueue();
  await trainerAtWork(jobId);

  await sleep(2 * leaseMs);

  expect((await queue.get(jobId))?.status).toBe('running');
});

test('cancelling a running job ends its process', async () => {
  await startRunner(['endless']);
  const jobId = await enqueue();
  const child = await trainerAtWork(jobId);
  const exit = once(child, 'exit');

  await queue.cancel(jobId);
  await exit;

  expect(await queue.get(jobId)).toMatchObject({ status: 'cancelled', error: null });
  expect(await revisions()).toEqual([]);
});

test('a runner that stops ends its training and puts it back into the queue', async () => {
  const runner = await startRunner(['endless']);
  const jobId = await enqueue();
  const child = await trainerAtWork(jobId);

  await runner.stop();

  expect(child.signalCode ?? child.exitCode).not.toBeNull();
  expect(await queue.get(jobId)).toMatchObject({ status: 'queued', startedAt: null });
});

test('a trainer that cannot be started leaves an error', async () => {
  const runner = new JobRunner({
    pool: database.pool,
    version: testVersion,
    leaseMs: 30_000,
    logger: pino({ enabled: false }),
    spawnTraining: (jobId) => trainers.spawn(jobId, { NODE_OPTIONS: '--no-such-option' }),
  });
  runners.push(runner);
  await runner.start();

  expect(await reached(await enqueue(), 'error')).toMatchObject({ error: 'the trainer ended with exit code 9' });
});
