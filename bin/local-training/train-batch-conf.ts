import { resolve } from 'node:path';
import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { BatchConf } from '../../training/conf/conf';
import { passObjects, passTable } from '../../training/darlin/pass-table';
import { runBatch } from '../../training/darlin/run-batch';
import { modelFiles } from '../../training/output/model-files';
import type { ConfTrainOptions } from '../commands/conf-train';
import { CommandError, ExitCode } from '../failure';
import { InterruptedError } from '../interruption';
import { defaultCheckpoint, type LocalTraining, type TrainedModel } from './train-conf';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Trains by DARLIN in this process, and writes the model. */
export async function trainBatchConf(conf: BatchConf, training: LocalTraining): Promise<TrainedModel> {
  const { confFile, options, report, signal } = training;
  refuseServers(options);
  const place = options.checkpoint ?? defaultCheckpoint(conf.modelOutput ?? resolve(confFile));
  try {
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
      checkpoints: new Checkpoints(place),
      checkpointEvery: options.checkpointEvery,
      resume: options.resume === true,
      progress: options.json ? passObjects(print, report.message) : passTable(print),
      warn: report.warning,
      signal,
    });
    return { model, examples: examples * state.passes, modelFiles: written };
  } catch (error) {
    if (error instanceof InterruptedError) report.warning('the job is saved; to go on, add --resume to the command');
    throw error;
  }
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
