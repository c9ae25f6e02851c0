import type { Job, TrainingKind, TrainingOptions } from '../../../service/jobs/job';
import { JobQueue } from '../../../service/jobs/job-queue';
import { type RunningJob, startJob } from '../../../service/jobs/running-jobs';
import type { Trainer, TrainRequest } from '../../../service/jobs/trainer';
import { runTraining } from '../../../service/jobs/training-job';
import { judge } from '../../../training/gate';
import { trainModel } from '../../../training/train-model';
import type { CommandContext } from '../context';

/** The trainer of this package. */
const trainer: Trainer = { train: trainModel, judge };

export interface TrainingRun {
  readonly model: string;
  /** @default 'train' */
  readonly kind?: TrainingKind;
  readonly options: TrainingOptions;
  readonly onProgress?: TrainRequest['onProgress'];
  readonly onNotice?: TrainRequest['onNotice'];
  /** Ends the training with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a model in this process, past the queue.
 * @returns the finished job, which may not have been kept
 * @throws {TrainingLockedError} if the model is being trained already
 * @throws {DataError} if its data is absent or not fit for training
 */
export async function trainNow(context: Omit<CommandContext, 'close'>, run: TrainingRun): Promise<Job> {
  const { pool, version, config } = context;
  const { model, kind = 'train', options } = run;
  const job = await startJob(pool, version, config.revisions.leaseMs, { kind, model, options });
  await runJob(context, job, run);
  return (await new JobQueue(pool, version).get(job.jobId)) as Job;
}

/** Does the training of a job that was begun. */
export function runJob(
  { pool, version, config, directory, modelStore }: Omit<CommandContext, 'close'>,
  job: RunningJob,
  { onProgress, onNotice, signal }: Pick<TrainingRun, 'onProgress' | 'onNotice' | 'signal'>,
): Promise<void> {
  const place = { pool, version, config, directory, store: modelStore };
  return runTraining(job, { ...place, trainer, onProgress, onNotice, ...(signal && { signal }) });
}
