import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { BatchConf } from '../../training/conf/conf';
import { runBatch } from '../../training/darlin/run-batch';
import { modelFiles } from '../../training/output/model-files';
import type { ConfTrainOptions } from '../commands/conf-train';
import { CommandError, ExitCode } from '../failure';
import { checkpointPlace, type LocalTraining, type TrainedModel } from './train-conf';

/**
 * Trains by DARLIN in this process, and writes the model.
 * @throws {CommandError} if the parameters are to be on servers
 */
export async function trainBatchConf(conf: BatchConf, training: LocalTraining): Promise<TrainedModel> {
  const { options, report, signal } = training;
  refuseServers(options);
  const {
    model,
    state,
    examples,
    modelFiles: written,
  } = await runBatch({
    conf,
    workers: options.workers ?? 1,
    seed: options.seed,
    badLines: options.maxBadLines,
    models: modelFiles(options.servers ?? 1),
    checkpoints: new Checkpoints(checkpointPlace(conf, training)),
    checkpointEvery: options.checkpointEvery,
    resume: options.resume === true,
    progress: report.batch,
    warn: report.warning,
    signal,
  });
  return { model, modelFiles: written, examples: examples * state.passes };
}

/** All rows are in this process, whatever the number of workers. */
function refuseServers({ store, storeUrl, replicas = 0, syncExamples }: ConfTrainOptions): void {
  const asked = [
    store === 'valkey' && '--store valkey',
    storeUrl !== undefined && '--store-url',
    replicas > 0 && '--replicas',
    syncExamples !== undefined && '--sync-examples',
  ].find((option) => option);
  if (asked) throw new CommandError(`${asked}: darlin trains in this process alone; leave it out`, ExitCode.usage);
}
