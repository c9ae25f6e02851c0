import type { ParameterSet } from '../../config/models/parameters';
import { asScores, type Origin, type Scores } from '../models/revision';

/** `fit`: asked for through the service; `train`: on a command line; `retrain`: by Velox or a schedule. */
export type TrainingKind = Exclude<Origin, 'import'>;
export type JobKind = TrainingKind | 'update-model-cache';
export type JobStatus = 'queued' | 'running' | 'finished' | 'error' | 'cancelled';

/** What may be chosen for one training. */
export interface TrainingOptions {
  /** Keep the outcome as a revision. @default true */
  readonly persist?: boolean | undefined;
  /** Let the new revision serve. @default true */
  readonly activate?: boolean | undefined;
  /** Accepted because Palladium's clients send it; every training is evaluated. */
  readonly evaluate?: boolean | undefined;
  /** The least test score to keep the outcome. @default the model's `minScore` */
  readonly persistIfBetterThan?: number | undefined;
  /** Keep the outcome only if it beats the active revision. @default the model's `betterThanActive` */
  readonly betterThanActive?: boolean | undefined;
  /** Take the place of the model's own hyperparameters. @default those that were promoted */
  readonly parameters?: ParameterSet | undefined;
}

/** A job as anybody may see it; times are the database's. */
export interface Job {
  readonly jobId: string;
  /** Null if the job concerns all models. */
  readonly model: string | null;
  readonly kind: JobKind;
  readonly status: JobStatus;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Whether the training became a revision; null until it is known. */
  readonly kept: boolean | null;
  readonly revision: number | null;
  readonly activated: boolean | null;
  readonly scores: Scores | null;
  /** Why the training was not kept. */
  readonly reason: string | null;
  readonly error: string | null;
}

export interface JobRow {
  readonly job_id: string;
  readonly model: string | null;
  readonly kind: JobKind;
  readonly status: JobStatus;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly kept: boolean | null;
  readonly revision: number | null;
  readonly activated: boolean | null;
  readonly score_train: number | null;
  readonly score_test: number | null;
  readonly reason: string | null;
  readonly error: string | null;
}

export const jobColumns =
  'job_id, model, kind, status, created_at, started_at, finished_at, kept, revision, activated, ' +
  'score_train, score_test, reason, error';

export const asJob = (row: JobRow): Job => ({
  jobId: row.job_id,
  model: row.model,
  kind: row.kind,
  status: row.status,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  kept: row.kept,
  revision: row.revision,
  activated: row.activated,
  scores: asScores(row),
  reason: row.reason,
  error: row.error,
});
