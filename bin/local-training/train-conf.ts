import { basename, dirname, join } from 'node:path';
import { SparseLinearModel } from '../../learning/linear/sparse-linear-model';
import type { Conf } from '../../training/conf/conf';
import { readConf } from '../../training/conf/read-conf';
import type { KeyedWeights } from '../../training/darlin/starting-weights';
import { modelFiles } from '../../training/output/model-files';
import { learnOnline } from '../../training/sparse-linear/learn-online';
import { metricsOf } from '../../training/sparse-linear/score-sparse-linear';
import type { ConfTrainOptions } from '../commands/conf-train';
import { CommandError, ExitCode } from '../failure';
import { interruptible } from '../interruption';
import { type Report, reportTo } from './report';
import { trainBatchConf } from './train-batch-conf';

/** A training of a configuration on this machine. */
export interface LocalTraining {
  readonly confFile: string;
  readonly options: ConfTrainOptions;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Trains as a configuration says, writes the model and scores it on the validation data.
 * @throws {CommandError | ConfError | DataError | StoreError} with one line that says what to do
 */
export async function trainConf(confFile: string, options: ConfTrainOptions): Promise<void> {
  const report = reportTo(options.json === true);
  const { conf, warnings } = await readConf(confFile);
  for (const warning of warnings) report.warning(warning);
  const began = performance.now();
  const trained = await interruptible((signal) => train(conf, { confFile, options, report, signal }));
  const seconds = (performance.now() - began) / 1000;
  const { servers = 1 } = options;
  const files =
    trained.modelFiles ??
    (conf.kind === 'online' && conf.modelOutput !== undefined
      ? await modelFiles(servers).write(conf.modelOutput, trained.model)
      : []);
  if (conf.validationData) {
    const model = new SparseLinearModel({ features: [], params: {}, loss: conf.loss, ...trained.model });
    report.evaluation(await metricsOf(model, conf.validationData, conf.loss));
  }
  report.result(files, trained.examples / seconds);
}

/** A model, and how many examples it learned from, over all passes. */
export interface TrainedModel {
  readonly model: KeyedWeights;
  readonly examples: number;
  /** Those that are written already. */
  readonly modelFiles?: readonly string[];
}

async function train(conf: Conf, training: LocalTraining): Promise<TrainedModel> {
  const { confFile, options, report, signal } = training;
  if (conf.kind === 'batch') return trainBatchConf(conf, training);
  if (conf.kind !== 'online') {
    throw new CommandError(
      `${confFile}: has neither async_sgd nor darlin, which this command trains by`,
      ExitCode.usage,
    );
  }
  if (options.store === 'valkey' || options.storeUrl !== undefined) {
    const { trainOnServers } = await import('./train-on-servers');
    return trainOnServers(conf, training);
  }
  refuseServersInMemory(options);
  const start = conf.modelInput && (await modelFiles(1).read(conf.modelInput));
  const { model, examples } = await learnOnline(conf, { seed: options.seed, start, say: report.message, signal });
  return { model, examples: examples * conf.passes };
}

/** What needs servers is refused without them, so that nobody takes for done what was not. */
function refuseServersInMemory({ workers = 1, servers = 1, replicas = 0, ...options }: ConfTrainOptions): void {
  const asked = [
    workers > 1 && '--workers',
    servers > 1 && '--servers',
    replicas > 0 && '--replicas',
    options.resume && '--resume',
    options.checkpoint !== undefined && '--checkpoint',
    options.syncExamples !== undefined && '--sync-examples',
  ].find((option) => option);
  if (asked) throw new CommandError(`${asked} needs parameter servers: add --store valkey`, ExitCode.usage);
}

/** Where the checkpoints of a model are if nobody says so. */
export const defaultCheckpoint = (modelOutput: string): string =>
  join(dirname(modelOutput), '.checkpoint', basename(modelOutput));
