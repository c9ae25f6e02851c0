import type { ClientBase, Pool } from 'pg';
import type { Version } from '../../config/version';
import { transaction } from '../database/transaction';
import { announceChange } from '../models/changes';
import { deadAfter } from '../models/custom/process-heartbeat';
import { LeaseLostError } from '../models/errors';
import { modelTables } from '../models/tables';
import { TrainingLockedError } from './errors';
import type { TrainingKind, TrainingOptions } from './job';
import { acquireLease, endLease, type Lease } from './lease';

// Whoever locks both locks the job before the lease, so that no two wait for each other.

/** A training that has the lease of its model. */
export interface RunningJob extends Lease {
  readonly jobId: string;
  readonly kind: TrainingKind;
  readonly options: TrainingOptions;
}

interface TrainingRow {
  readonly job_id: string;
  readonly kind: TrainingKind;
  readonly model: string;
  readonly options: TrainingOptions;
}

/**
 * Starts the oldest training that waits and whose model nobody trains.
 * @returns undefined if there is none
 */
export function claimJob(pool: Pool, version: Version, leaseMs: number): Promise<RunningJob | undefined> {
  const { jobs, leases } = modelTables(version);
  return transaction(pool, async (client) => {
    const { rows } = await client.query<TrainingRow>(
      `select job_id, kind, model, options from ${jobs} job
       where status = 'queued'
         and not exists (select from ${leases} lease where lease.model = job.model and expires_at > clock_timestamp())
       order by position limit 1 for update skip locked`,
    );
    const [row] = rows;
    const lease = row && (await acquireLease(client, version, row.model, leaseMs));
    if (!lease) return undefined;
    await client.query(
      `update ${jobs} set status = 'running', started_at = clock_timestamp(), fencing = $2 where job_id = $1`,
      [row.job_id, lease.fencing],
    );
    return { ...lease, jobId: row.job_id, kind: row.kind, options: row.options };
  });
}

/**
 * Makes a job that runs at once, past the queue.
 * @throws {TrainingLockedError} if the model is being trained
 */
export async function startJob(
  pool: Pool,
  version: Version,
  leaseMs: number,
  { kind, model, options }: Pick<RunningJob, 'kind' | 'model' | 'options'>,
): Promise<RunningJob> {
  await failDeadJobs(pool, version);
  return transaction(pool, async (client) => {
    const lease = await acquireLease(client, version, model, leaseMs);
    if (!lease) throw new TrainingLockedError(model);
    const { rows } = await client.query<{ job_id: string }>(
      `insert into ${modelTables(version).jobs} (kind, model, options, status, started_at, fencing)
       values ($1, $2, $3, 'running', clock_timestamp(), $4) returning job_id`,
      [kind, model, options, lease.fencing],
    );
    return { ...lease, jobId: rows[0]?.job_id as string, kind, options };
  });
}

/** The running training of that id, for the process that is to do it; undefined if it does not run. */
export async function findRunningJob(pool: Pool, version: Version, jobId: string): Promise<RunningJob | undefined> {
  const { rows } = await pool.query<TrainingRow & { fencing: string }>(
    `select job_id, kind, model, options, fencing from ${modelTables(version).jobs}
     where job_id = $1 and status = 'running' and fencing is not null`,
    [jobId],
  );
  const [row] = rows;
  return row && { ...row, jobId: row.job_id, fencing: BigInt(row.fencing) };
}

/**
 * Locks the job until the end of the transaction.
 * @throws {LeaseLostError} if it was cancelled, or given up because its lease ran out
 */
export async function lockRunningJob(client: ClientBase, version: Version, job: RunningJob): Promise<void> {
  const { rowCount } = await client.query(
    `select from ${modelTables(version).jobs} where job_id = $1 and status = 'running' and fencing = $2 for update`,
    [job.jobId, job.fencing],
  );
  if (rowCount === 0) throw new LeaseLostError(job.model);
}

/** Ends a training with an error and frees its model; without effect if it runs no longer. */
export async function failJob(pool: Pool, version: Version, job: RunningJob, error: string): Promise<void> {
  await endRunning(pool, version, job, `status = 'error', finished_at = clock_timestamp(), error = $3`, [error]);
}

/** Puts a training that could not be finished back into the queue; without effect if it runs no longer. */
export async function requeueJob(pool: Pool, version: Version, job: RunningJob): Promise<void> {
  await endRunning(pool, version, job, `status = 'queued', started_at = null, fencing = null`, []);
}

function endRunning(pool: Pool, version: Version, job: RunningJob, change: string, values: readonly string[]) {
  return transaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `update ${modelTables(version).jobs} set ${change} where job_id = $1 and status = 'running' and fencing = $2`,
      [job.jobId, job.fencing, ...values],
    );
    if (rowCount === 0) return;
    await endLease(client, version, job);
    await announceChange(client, version);
  });
}

/** Ends the trainings whose trainer has shown no sign of life for the time of a lease, and frees their models. */
export async function failDeadJobs(pool: Pool, version: Version): Promise<void> {
  const { jobs, leases } = modelTables(version);
  await pool.query(
    `with dead as (
       select job_id, model, job.fencing from ${jobs} job join ${leases} lease using (model)
       where status = 'running' and (expires_at <= clock_timestamp() or lease.fencing <> job.fencing)
       for update skip locked
     ), freed as (
       update ${leases} lease set fencing = lease.fencing + 1, expires_at = '-infinity'
       from dead where lease.model = dead.model and lease.fencing = dead.fencing
     )
     update ${jobs} job set status = 'error', finished_at = clock_timestamp(), error = $1
     from dead where job.job_id = dead.job_id`,
    ['the trainer showed no sign of life'],
  );
}

/** Finishes the jobs that wait for every living process to have looked for changes. */
export async function finishCacheUpdates(pool: Pool, version: Version): Promise<void> {
  const { jobs, processes } = modelTables(version);
  await pool.query(
    `update ${jobs} job set status = 'finished', finished_at = clock_timestamp()
     where kind = 'update-model-cache' and status = 'running' and not exists (
       select from ${processes} where heartbeat_at > clock_timestamp() - $1::interval
         and (looked_at is null or looked_at < job.created_at)
     )`,
    [deadAfter],
  );
}
