import { basename, dirname, join } from 'node:path';
import type { BatchConf, Conf, EvaluationConf, OnlineConf } from '../../training/conf/conf';
import { readConf } from '../../training/conf/read-conf';
import { evaluate, loadModelFiles } from '../../training/evaluation/evaluate';
import type { KeyedWeights } from '../../training/keyed-weights';
import { modelFiles as filesOfShards, shardPattern } from '../../training/output/model-files';
import type { ConfOptions, ConfTrainOptions } from '../commands/conf-train';
import { CommandError, ExitCode } from '../failure';
import { InterruptedError, interruptible } from '../interruption';
import { type Report, reportTo } from './report';

/** Where work on a configuration says how it goes, and what ends it early. */
interface Run {
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** A training of a configuration on this machine. */
export interface LocalTraining extends Run {
  readonly confFile: string;
  readonly options: ConfTrainOptions;
}

/** A model that was written. */
export interface TrainedModel {
  readonly model: KeyedWeights;
  readonly modelFiles: readonly string[];
  /** How many it learned from, over all passes. */
  readonly examples: number;
}

/**
 * Does what a configuration says: trains, writes the model and scores it on the validation data, or only scores.
 * @throws {CommandError | ConfError | DataError | StoreError} with one line that says what to do
 */
export const trainConf = (confFile: string, options: ConfTrainOptions): Promise<void> =>
  reported(confFile, options, (conf, run) =>
    conf.kind === 'evaluation'
      ? scoreFiles(conf, conf.modelInput, options, run)
      : trainAndScore(conf, { confFile, options, ...run }),
  );

/**
 * Scores the model files of a configuration on its validation data: those it names, else those that its training wrote.
 * @throws {CommandError | ConfError | DataError} with one line that says what to do
 */
export const evaluateConf = (confFile: string, options: ConfOptions): Promise<void> =>
  reported(confFile, options, async (conf, run) => {
    const { validationData, loss } = conf;
    if (!validationData) {
      throw new CommandError(`${confFile}: add validation_data, which models are scored on`, ExitCode.usage);
    }
    return scoreFiles({ validationData, loss }, patternsOf(conf, confFile), options, run);
  });

function patternsOf(conf: Conf, confFile: string): readonly string[] {
  if (conf.kind === 'evaluation') return conf.modelInput;
  if (conf.modelOutput !== undefined) return [shardPattern(conf.modelOutput)];
  throw new CommandError(`${confFile}: has no model_output, so that there are no model files to score`, ExitCode.usage);
}

/** What a training or an evaluation brought. */
interface Outcome {
  readonly modelFiles: readonly string[];
  readonly examplesPerSecond?: number;
}

/** Reads the configuration, does the work, and says how it ended, in whatever way it does. */
async function reported(
  confFile: string,
  options: ConfOptions,
  work: (conf: Conf, run: Run) => Promise<Outcome>,
): Promise<void> {
  const report = reportTo(options.json === true);
  try {
    const { conf, warnings } = await readConf(confFile);
    for (const warning of warnings) report.warning(warning);
    const outcome = await interruptible((signal) => work(conf, { report, signal }));
    report.result({ status: 'done', exitCode: 0, ...outcome });
  } catch (error) {
    const { exitCode = ExitCode.failed } = error as Partial<CommandError>;
    report.result({ status: error instanceof InterruptedError ? 'stopped' : 'failed', exitCode, modelFiles: [] });
    throw error;
  }
}

async function scoreFiles(
  { validationData, loss }: Pick<EvaluationConf, 'validationData' | 'loss'>,
  patterns: readonly string[],
  { maxBadLines: badLines }: ConfOptions,
  { report, signal }: Run,
): Promise<Outcome> {
  const { message: say, warning: warn } = report;
  const model = await loadModelFiles(patterns, say);
  report.evaluation(await evaluate(model, validationData, loss, { badLines, say, warn, signal }));
  return { modelFiles: [] };
}

async function trainAndScore(conf: OnlineConf | BatchConf, training: LocalTraining): Promise<Outcome> {
  const { options, report, signal } = training;
  const began = performance.now();
  const { model, modelFiles, examples } = await train(conf, training);
  const seconds = (performance.now() - began) / 1000;
  const { validationData, loss } = conf;
  if (validationData) {
    const { message: say, warning: warn } = report;
    const scored = await evaluate(model, validationData, loss, { badLines: options.maxBadLines, say, warn, signal });
    report.evaluation(scored);
  }
  return { modelFiles, examplesPerSecond: examples / seconds };
}

async function train(conf: OnlineConf | BatchConf, training: LocalTraining): Promise<TrainedModel> {
  const { options, report } = training;
  try {
    if (conf.kind === 'batch') {
      const { trainBatchConf } = await import('./train-batch-conf');
      return await trainBatchConf(conf, training);
    }
    if (isShared(options)) {
      const { trainOnServers } = await import('./train-on-servers');
      return await trainOnServers(conf, training);
    }
    const { trainInMemory } = await import('./train-in-memory');
    return await trainInMemory(conf, training);
  } catch (error) {
    if (error instanceof InterruptedError) report.warning(`the job is saved; to go on: ${resumeCommand(training)}`);
    throw error;
  }
}

/**
 * Whether the parameters are kept on servers: if somebody says so, and where more than this process works.
 * @throws {CommandError} if they are to be in memory, and shared
 */
function isShared({ store, storeUrl, servers = 1, workers = 1, replicas = 0 }: ConfTrainOptions): boolean {
  const isMany = servers > 1 || workers > 1 || replicas > 0;
  if (store !== 'memory') return store === 'valkey' || storeUrl !== undefined || isMany;
  if (isMany || storeUrl !== undefined) {
    throw new CommandError(
      '--store memory is for one worker: leave it out, or --servers, --workers, --replicas and --store-url',
      ExitCode.usage,
    );
  }
  return false;
}

function resumeCommand({ confFile, options }: LocalTraining): string {
  const { store, storeUrl, servers, workers, replicas, seed, checkpoint } = options;
  const given = Object.entries({ store, servers, workers, replicas, checkpoint, 'store-url': storeUrl })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${value}`);
  return `modelapp train ${confFile}${given.join('')}${seed === 1 ? '' : ` --seed ${seed}`} --resume`;
}

/** Writes the model to where the configuration wants it, a file for each server. */
export const writeModel = async (
  { modelOutput }: OnlineConf,
  model: KeyedWeights,
  { options }: LocalTraining,
): Promise<readonly string[]> =>
  modelOutput === undefined ? [] : filesOfShards(options.servers ?? 1).write(modelOutput, model);

/** Where the checkpoints of a training are: where somebody says, beside the model, beside the configuration. */
export function checkpointPlace(conf: OnlineConf | BatchConf, { confFile, options }: LocalTraining): string {
  if (options.checkpoint !== undefined) return options.checkpoint;
  const place = conf.modelOutput ?? confFile;
  return place.startsWith('s3://')
    ? `${dirname(place)}/.checkpoint/${basename(place)}`
    : join(dirname(place), '.checkpoint', basename(place));
}
