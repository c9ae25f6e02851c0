import type { Checkpoints } from '../checkpoint/checkpoints';
import { nothingToResume } from '../checkpoint/resume';
import type { BatchConf } from '../conf/conf';
import type { KeyedWeights } from '../keyed-weights';
import { fingerprintOf, readBatch, type SavedBatch, saveBatch } from './batch-checkpoint';
import type { BatchProgress } from './pass-table';
import type { Start } from './starting-weights';
import { type BatchOptions, type TrainedBatch, trainBatch } from './train-batch';

/** How weights get into model files, and out of them. */
export interface ModelFiles {
  /** The weights of all files that a configuration names. */
  read(files: readonly string[]): Promise<KeyedWeights>;
  /** Writes the weights that are not 0. Returns the names of the files. */
  write(prefix: string, model: KeyedWeights): Promise<readonly string[]>;
}

export interface BatchJob {
  readonly conf: BatchConf;
  readonly assemble: BatchOptions['assemble'];
  readonly seed: number;
  readonly models: ModelFiles;
  readonly checkpoints: Checkpoints<SavedBatch>;
  /** In seconds. */
  readonly checkpointEvery: number;
  /** Goes on from the newest checkpoint that is whole. */
  readonly resume: boolean;
  readonly progress: BatchProgress;
  warn(message: string): void;
  /** Ends the training after the pass at hand, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/** What has been trained, and the names of the files it is in. */
export interface WrittenBatch extends TrainedBatch {
  readonly modelFiles: readonly string[];
}

/**
 * Does a batch training as configured: finds its workers, trains with snapshots and checkpoints, writes the model.
 * @throws {DataError} if there is no data to train on; the signal's reason if it ends the training
 */
export async function runBatch(job: BatchJob): Promise<WrittenBatch> {
  const { conf, models, checkpoints, progress, warn, signal } = job;
  const fingerprint = fingerprintOf(conf, job.seed);
  const { modelOutput, saveEveryPasses } = conf;
  const resume = job.resume ? await readBatch(checkpoints, fingerprint) : undefined;
  if (job.resume && !resume) warn(nothingToResume);

  let savedAt = performance.now();
  const trained = await trainBatch({
    conf,
    assemble: job.assemble,
    start: await startOf(conf, models),
    resume,
    seed: job.seed,
    progress,
    warn,
    signal,
    async onPass(trained) {
      const { passes } = trained.state;
      if (modelOutput !== undefined && saveEveryPasses > 0 && passes % saveEveryPasses === 0) {
        await models.write(`${modelOutput}_it_${passes - 1}`, trained.model);
      }
      if (!signal?.aborted && performance.now() - savedAt < 1000 * job.checkpointEvery) return;
      await saveBatch(checkpoints, fingerprint, trained);
      savedAt = performance.now();
    },
    onBreak: (trained) => saveBatch(checkpoints, fingerprint, trained),
  });
  const modelFiles = modelOutput === undefined ? [] : await models.write(modelOutput, trained.model);
  await checkpoints.remove();
  return { ...trained, modelFiles };
}

/** A model that is given to start with comes before weights that are made up. */
async function startOf({ modelInput, initialWeights }: BatchConf, models: ModelFiles): Promise<Start> {
  if (modelInput !== undefined) return { type: 'MODEL', model: await models.read(modelInput) };
  if (initialWeights.type === 'FILE') return { type: 'MODEL', model: await models.read([initialWeights.file]) };
  return initialWeights;
}
