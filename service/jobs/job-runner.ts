import type { ChildProcess } from 'node:child_process';
import type { Pool } from 'pg';
import type { BaseLogger } from 'pino';
import type { Version } from '../../config/version';
import { ChangeFollower } from '../models/changes';
import { JobQueue } from './job-queue';
import { claimJob, failDeadJobs, failJob, finishCacheUpdates, type RunningJob, requeueJob } from './running-jobs';
import type { Schedule } from './schedule';

export interface JobRunnerOptions {
  readonly pool: Pool;
  readonly version: Version;
  /** How long a trainer may be silent before its job counts as dead, in milliseconds. */
  readonly leaseMs: number;
  /** What is done by the clock. @default nothing */
  readonly schedules?: readonly Schedule[] | undefined;
  /** Starts the process that does a job with `runTraining`, and takes SIGTERM for an end. */
  readonly spawnTraining: (jobId: string) => ChildProcess;
  readonly logger: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  /** How often to look for jobs without being told, in milliseconds. @default 1000 */
  readonly pollMs?: number | undefined;
}

/** How long a trainer may take to end after SIGTERM, in milliseconds. */
const graceMs = 2_000;

/** Does the jobs of the queue, one training at a time, in processes of their own, so that serving never waits. */
export class JobRunner {
  readonly #follower: ChangeFollower;
  #training: { readonly job: RunningJob; readonly child: ChildProcess; readonly ended: Promise<void> } | undefined;

  constructor(private readonly options: JobRunnerOptions) {
    this.#follower = new ChangeFollower({ ...options, look: () => this.#look() });
  }

  start(): Promise<void> {
    return this.#follower.start();
  }

  /** Ends a training that goes on and puts it back into the queue. */
  async stop(): Promise<void> {
    const { pool, version, logger } = this.options;
    await this.#follower.stop();
    if (!this.#training) return;
    const { job, child, ended } = this.#training;
    await requeueJob(pool, version, job).catch((error) => {
      logger.warn(`the training of '${job.model}' was ended, not queued again: ${(error as Error).message}`);
    });
    end(child);
    await ended;
  }

  async #look(): Promise<void> {
    const { pool, version, leaseMs, schedules = [] } = this.options;
    await failDeadJobs(pool, version);
    for (const schedule of schedules) await schedule.fireDue();
    await finishCacheUpdates(pool, version);
    if (this.#training) {
      const { job, child } = this.#training;
      if (await isGivenUp(pool, version, job)) end(child);
      return;
    }
    const job = await claimJob(pool, version, leaseMs);
    if (job) this.#run(job);
  }

  #run(job: RunningJob): void {
    const { logger, spawnTraining } = this.options;
    logger.info(`training of '${job.model}' begins, job ${job.jobId}`);
    const child = spawnTraining(job.jobId);
    const ended = new Promise<string>((resolve) => {
      // Each message to a trainer that did not start is an error of its own, and one that nobody hears ends this process.
      child.on('error', (error) => resolve(`the trainer could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(`the trainer ended with ${signal ?? `exit code ${code}`}`));
    }).then((how) => this.#ended(job, how));
    this.#training = { job, child, ended };
  }

  /** A trainer ends its job itself before it exits; the job of one that could not is still running. */
  async #ended(job: RunningJob, how: string): Promise<void> {
    const { pool, version, logger } = this.options;
    logger.info(`training of '${job.model}', job ${job.jobId}: ${how}`);
    await failJob(pool, version, job, how).catch((error) => {
      logger.warn(`job ${job.jobId} frees '${job.model}' when its lease runs out: ${(error as Error).message}`);
    });
    this.#training = undefined;
    void this.#follower.look();
  }
}

/** Whether the job was cancelled or taken for dead; a trainer that has finished it exits by itself. */
async function isGivenUp(pool: Pool, version: Version, { jobId }: RunningJob): Promise<boolean> {
  const job = await new JobQueue(pool, version).get(jobId);
  return job?.status !== 'running' && job?.status !== 'finished';
}

function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.killed) return;
  child.kill('SIGTERM');
  const last = setTimeout(() => child.kill('SIGKILL'), graceMs);
  child.once('exit', () => clearTimeout(last));
}
