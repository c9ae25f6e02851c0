import type { ClientBase, Pool } from 'pg';
import type { Config, ModelConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import { transaction } from '../database/transaction';
import { announceChange } from '../models/changes';
import { UnusableRevisionError } from '../models/errors';
import { readRevision } from '../models/load-revision';
import { Registry } from '../models/registry';
import type { ModelStore } from '../models/store/model-store';
import { modelTables } from '../models/tables';
import { Variants } from '../models/variants';
import { endLease, HeldLease } from './lease';
import { failJob, lockRunningJob, type RunningJob } from './running-jobs';
import { type Trained, type Trainer, type TrainRequest, thresholdsOf } from './trainer';

/** What a training needs beside its job. */
export interface TrainingSurroundings {
  readonly pool: Pool;
  readonly version: Version;
  readonly store: ModelStore;
  readonly config: Config;
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  readonly trainer: Trainer;
  readonly onProgress?: TrainRequest['onProgress'];
  readonly onNotice?: TrainRequest['onNotice'];
  /** Ends the training with the signal's reason. */
  readonly signal?: AbortSignal;
}

type Verdict = ReturnType<Trainer['judge']>;

/**
 * Does a training to its end: trains, scores, and publishes what passes the gate. The new revision, its activation and
 * the end of the job are one transaction.
 * @throws whatever the trainer throws; the job then has ended with that error
 * @throws {LeaseLostError} if the job was cancelled or taken for dead; nothing is published then
 */
export async function runTraining(job: RunningJob, surroundings: TrainingSurroundings): Promise<void> {
  const { pool, version, store, config, directory, onNotice } = surroundings;
  const registry = new Registry(pool, version, store, {
    models: config.models,
    directory,
    onFailure: (user, { message }) => onNotice?.(`user '${user}' has learnt nothing: ${message}`),
  });
  const lease = new HeldLease(pool, version, job, config.revisions.leaseMs);
  try {
    const { trained, verdict } = await train(job, surroundings, registry, lease.signal);
    await transaction(pool, (client) => conclude(client, version, registry, job, trained, verdict));
  } catch (error) {
    // If this fails too, the database is away and the lease runs out: the same outcome, later.
    await failJob(pool, version, job, firstLine(error)).catch(() => {});
    throw error;
  } finally {
    lease.release();
  }
  // What cannot be collected now is collected after the next training.
  await registry.removeOldRevisions(job.model, config.revisions.keep).catch(() => {});
}

async function train(
  { model, options }: RunningJob,
  { pool, version, config, directory, trainer, store, onProgress, onNotice, signal }: TrainingSurroundings,
  registry: Registry,
  leaseLost: AbortSignal,
): Promise<{ trained: Trained; verdict: Verdict }> {
  const modelConfig: ModelConfig | undefined = config.models[model];
  if (!modelConfig) throw new Error(`there is no model '${model}' in the configuration`);
  const thresholds = thresholdsOf(model, modelConfig, options);
  const variants = new Variants(pool, version);
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  const trained = await trainer.train({
    name: model,
    config: await variants.applyTo(model, modelConfig, options.parameters),
    directory,
    pool,
    version,
    createdAt: rows[0]?.now as Date,
    rival: thresholds.betterThanActive ? await readActive(registry, store, model) : undefined,
    onProgress,
    onNotice,
    signal: signal ? AbortSignal.any([leaseLost, signal]) : leaseLost,
  });
  if (options.persist === false) {
    return { trained, verdict: { kept: false, reason: 'it was asked not to keep the outcome' } };
  }
  const testScores = { test: trained.scores.test, active: trained.rivalScore };
  return { trained, verdict: trainer.judge(thresholds, testScores) };
}

/** The file of the active revision; undefined if there is none, or none that anything could be compared with. */
async function readActive(registry: Registry, store: ModelStore, model: string): Promise<Uint8Array | undefined> {
  const { models } = await registry.current([model]);
  const active = models.get(model)?.active;
  if (!active) return undefined;
  return readRevision(store, active).catch((error) => {
    if (error instanceof UnusableRevisionError) return undefined;
    throw error;
  });
}

async function conclude(
  client: ClientBase,
  version: Version,
  registry: Registry,
  job: RunningJob,
  { bytes, scores, metrics, observedUpTo }: Trained,
  verdict: Verdict,
): Promise<void> {
  await lockRunningJob(client, version, job);
  const { model, kind, fencing } = job;
  const activate = verdict.kept && job.options.activate !== false;
  const revision = verdict.kept
    ? await registry.publish(client, { model, bytes, origin: kind, scores, metrics, observedUpTo, activate, fencing })
    : null;
  await client.query(
    `update ${modelTables(version).jobs} set status = 'finished', finished_at = clock_timestamp(), kept = $2,
       revision = $3, activated = $4, score_train = $5, score_test = $6, reason = $7 where job_id = $1`,
    [job.jobId, verdict.kept, revision, activate, scores.train, scores.test, verdict.kept ? null : verdict.reason],
  );
  await endLease(client, version, job);
  await announceChange(client, version);
}

const firstLine = (error: unknown): string => ((error as Error).message || String(error)).split('\n', 1)[0] as string;
