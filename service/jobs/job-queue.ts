import { setTimeout } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import type { ModelConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import { isAway } from '../database/availability';
import { transaction } from '../database/transaction';
import { announceChange } from '../models/changes';
import { type ModelTables, modelTables } from '../models/tables';
import { asJob, type Job, type JobRow, jobColumns, type TrainingOptions } from './job';
import { endLease } from './lease';
import { failDeadJobs } from './running-jobs';
import { thresholdsOf } from './trainer';

/** How many jobs a list shows. */
const listed = 100;

/** How long `recentJobs` waits for the database, in milliseconds. */
const patienceMs = 250;
/** How old the answer of `recentJobs` may be, in milliseconds. */
const freshMs = 1_000;

/** How often to ask whether a job has ended, in milliseconds. */
const endedPollMs = 100;

/** What is inserted for a training that waits. */
const queued = '(kind, model, options) values ($1, $2, $3)';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The jobs of a version, the same from every instance. */
export class JobQueue {
  readonly #tables: ModelTables;
  #lastSeen: readonly Job[] = [];
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly pool: Pool,
    private readonly version: Version,
  ) {
    this.#tables = modelTables(version);
  }

  /**
   * Lets a configured model be trained, after those trainings of it that wait already.
   * @returns the id of the job
   * @throws {MissingTestDataError} if a threshold could not be checked
   */
  async enqueueTraining(
    kind: 'fit' | 'retrain',
    { name, config }: { readonly name: string; readonly config: ModelConfig },
    options: TrainingOptions,
  ): Promise<string> {
    thresholdsOf(name, config, options);
    return this.#insert(queued, [kind, name, options]);
  }

  /**
   * Lets a configured model be trained, unless it is being trained already or is about to be.
   * @param isWanted decides in the end whether to do so; nobody else who asks for the model decides meanwhile
   * @returns the id of the job; undefined if there is another, or if it is not wanted
   * @throws {MissingTestDataError} if a threshold could not be checked
   */
  async enqueueUnlessTrained(
    kind: 'retrain',
    { name, config }: { readonly name: string; readonly config: ModelConfig },
    options: TrainingOptions,
    isWanted: (client: ClientBase) => Promise<boolean> = async () => true,
  ): Promise<string | undefined> {
    thresholdsOf(name, config, options);
    await failDeadJobs(this.pool, this.version);
    return transaction(this.pool, async (client) => {
      // Of two that ask at once the second has to see the job of the first.
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${this.#tables.jobs} ${name}`]);
      const { rowCount } = await client.query(
        `select from ${this.#tables.jobs} where model = $1 and status in ('queued', 'running') limit 1`,
        [name],
      );
      if (rowCount !== 0 || !(await isWanted(client))) return undefined;
      return this.#insertIn(client, queued, [kind, name, options]);
    });
  }

  /**
   * Waits for the end of a job, also while the database is away.
   * @param isGivenUp whether nobody waits any longer
   * @returns undefined if it was given up before
   */
  async ended(jobId: string, isGivenUp: () => boolean): Promise<Job | undefined> {
    while (!isGivenUp()) {
      const job = await this.get(jobId).catch((error) => {
        if (!isAway(error)) throw error;
      });
      if (job?.finishedAt) return job;
      await setTimeout(endedPollMs);
    }
    return undefined;
  }

  /**
   * Lets every process look for changed models; the job is finished when all have.
   * @returns the id of the job
   */
  async enqueueCacheUpdate(): Promise<string> {
    return this.#insert(`(kind, status, started_at) values ('update-model-cache', 'running', clock_timestamp())`, []);
  }

  /** Undefined if there is no such job. */
  async get(jobId: string): Promise<Job | undefined> {
    if (!uuid.test(jobId)) return undefined;
    const { rows } = await this.pool.query<JobRow>(`select ${jobColumns} from ${this.#tables.jobs} where job_id = $1`, [
      jobId,
    ]);
    return rows[0] && asJob(rows[0]);
  }

  /** The newest jobs, latest first. */
  async list(): Promise<readonly Job[]> {
    const { rows } = await this.pool.query<JobRow>(
      `select ${jobColumns} from ${this.#tables.jobs} order by position desc limit $1`,
      [listed],
    );
    this.#lastSeen = rows.map(asJob);
    return this.#lastSeen;
  }

  /**
   * Like `list`, but for health checks, which anybody may send: at most one query a second, and if the database is slow
   * or away, the list is the one last seen.
   */
  async recentJobs(): Promise<readonly Job[]> {
    const now = performance.now();
    if (now - this.#askedAt > freshMs) {
      this.#askedAt = now;
      const patience = new AbortController();
      const waited = setTimeout(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([this.list().catch(() => undefined), waited]);
      patience.abort();
    }
    return this.#lastSeen;
  }

  /**
   * Ends a job that waits or runs; from now on it publishes nothing. A job that has ended stays as it is.
   * @returns the job as it is then, undefined if there is no such job
   */
  async cancel(jobId: string): Promise<Job | undefined> {
    if (!uuid.test(jobId)) return undefined;
    await transaction(this.pool, async (client) => {
      const { rows } = await client.query<{ model: string; fencing: string | null }>(
        `update ${this.#tables.jobs} set status = 'cancelled', finished_at = clock_timestamp()
         where job_id = $1 and status in ('queued', 'running') returning model, fencing`,
        [jobId],
      );
      for (const { model, fencing } of rows) {
        if (fencing !== null) await endLease(client, this.version, { model, fencing: BigInt(fencing) });
        await announceChange(client, this.version);
      }
    });
    return this.get(jobId);
  }

  #insert(rest: string, values: readonly unknown[]): Promise<string> {
    return transaction(this.pool, (client) => this.#insertIn(client, rest, values));
  }

  async #insertIn(client: ClientBase, rest: string, values: readonly unknown[]): Promise<string> {
    const { rows } = await client.query<{ job_id: string }>(
      `insert into ${this.#tables.jobs} ${rest} returning job_id`,
      [...values],
    );
    await announceChange(client, this.version);
    // Who asked for a job may look for it at once.
    this.#askedAt = Number.NEGATIVE_INFINITY;
    return rows[0]?.job_id as string;
  }
}
