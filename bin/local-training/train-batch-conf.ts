import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { BatchConf } from '../../training/conf/conf';
import { type BatchJob, runBatch, type WrittenBatch } from '../../training/darlin/run-batch';
import { MemoryTeam } from '../../training/darlin/team';
import { leadBatch } from '../../training/distributed/batch/lead-batch';
import { runBatchOnThreads } from '../../training/distributed/batch/threads/run-batch-on-threads';
import { modelFiles } from '../../training/output/model-files';
import { CommandError, ExitCode } from '../failure';
import { withLocalProcesses } from './local-job';
import { checkpointPlace, type Home, type LocalTraining, type TrainedModel } from './train-conf';

/**
 * Trains by DARLIN, and writes the model.
 * @param home whether its workers are this process, threads of it, or processes around servers
 * @throws {CommandError} if an option is for other trainings
 */
export async function trainBatchConf(conf: BatchConf, training: LocalTraining, home: Home): Promise<TrainedModel> {
  const { options, report, signal } = training;
  if (options.syncExamples !== undefined) {
    throw new CommandError('--sync-examples is of async_sgd, and darlin has no syncs: leave it out', ExitCode.usage);
  }
  const { maxBadLines: badLines, seed } = options;
  const job: Omit<BatchJob, 'assemble'> = {
    conf,
    seed,
    models: modelFiles(options.servers ?? 1),
    checkpoints: new Checkpoints(checkpointPlace(conf, training)),
    checkpointEvery: options.checkpointEvery,
    resume: options.resume === true,
    progress: report.batch,
    warn: report.warning,
    signal,
  };
  const train: Readonly<Record<Home, () => Promise<WrittenBatch>>> = {
    process: () => runBatch({ ...job, assemble: () => MemoryTeam.load(conf, { badLines, warn: report.warning }) }),
    threads: () => runBatchOnThreads({ ...job, workers: options.workers ?? 1, badLines, signal }),
    servers: () => withLocalProcesses(conf, training, (local) => leadBatch({ ...job, ...local, badLines })),
  };
  const { model, state, examples, modelFiles: files } = await train[home]();
  return { model, modelFiles: files, examples: examples * state.passes };
}
