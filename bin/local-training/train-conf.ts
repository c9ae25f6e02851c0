import { basename, dirname, join } from 'node:path';
import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { BatchConf, Conf, EvaluationConf, OnlineConf } from '../../training/conf/conf';
import { readConf } from '../../training/conf/read-conf';
import { findParts } from '../../training/data/parts';
import { evaluate, loadModelFiles } from '../../training/evaluation/evaluate';
import type { KeyedWeights } from '../../training/keyed-weights';
import { modelFiles as filesOfShards, requireWritableModel, shardPattern } from '../../training/output/model-files';
import type { ConfOptions, ConfTrainOptions } from '../commands/training/conf-train';
import { CommandError, ExitCode } from '../failure';
import { InterruptedError } from '../interruption';
import { type Run, reported, reportTo, type TrainingResult } from './report';
import { resumeCommand } from './resume-command';

/** A training of a configuration on this machine. */
export interface LocalTraining extends Run {
  readonly confFile: string;
  readonly options: ConfTrainOptions;
}

type Speed = Pick<TrainingResult, 'examplesPerSecond'>;

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
  onConf(confFile, options, (conf, run) =>
    conf.kind === 'evaluation'
      ? scoreFiles(conf, conf.modelInput, options, run)
      : trainAndScore(conf, { confFile, options, ...run }),
  );

/**
 * Scores the model files of a configuration on its validation data: those it names, else those that its training wrote.
 * @throws {CommandError | ConfError | DataError} with one line that says what to do
 */
export const evaluateConf = (confFile: string, options: ConfOptions): Promise<void> =>
  onConf(confFile, options, async (conf, run) => {
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

/** Reads the configuration, does the work, and says how it ended. */
function onConf(confFile: string, options: ConfOptions, work: (conf: Conf, run: Run) => Promise<Speed>): Promise<void> {
  return reported(reportTo(options.json === true), async (run) => {
    const { conf, warnings } = await readConf(confFile);
    for (const warning of warnings) run.report.warning(warning);
    return work(conf, run);
  });
}

async function scoreFiles(
  { validationData, loss }: Pick<EvaluationConf, 'validationData' | 'loss'>,
  patterns: readonly string[],
  { maxBadLines: badLines }: ConfOptions,
  { report, signal }: Run,
): Promise<Speed> {
  const { message: say, warning: warn } = report;
  const model = await loadModelFiles(patterns, say);
  report.evaluation(await evaluate(model, validationData, loss, { badLines, say, warn, signal }));
  return {};
}

async function trainAndScore(conf: OnlineConf | BatchConf, training: LocalTraining): Promise<Speed> {
  const { options, report, signal, wrote } = training;
  // Better told now than after hours of training.
  if (conf.validationData) await findParts(conf.validationData, 1);
  if (conf.modelOutput !== undefined) await requireWritableModel(conf.modelOutput);
  else report.warning(`${training.confFile}: has no model_output, so that the model is not written`);
  await new Checkpoints(checkpointPlace(conf, training)).requireWritable();
  const began = performance.now();
  const { model, modelFiles, examples } = await train(conf, training);
  const seconds = (performance.now() - began) / 1000;
  wrote(modelFiles);
  const { validationData, loss } = conf;
  if (validationData) {
    const { message: say, warning: warn } = report;
    // What is scored is what others will read; of a training that writes no model, what it learned.
    const written = modelFiles.length > 0 ? await loadModelFiles(modelFiles, say) : model;
    const scored = await evaluate(written, validationData, loss, { badLines: options.maxBadLines, say, warn, signal });
    report.evaluation(scored);
  }
  // What was learned before a training went on took no time now.
  return options.resume ? {} : { examplesPerSecond: examples / seconds };
}

async function train(conf: OnlineConf | BatchConf, training: LocalTraining): Promise<TrainedModel> {
  const { confFile, options, report } = training;
  const home = homeOf(options);
  try {
    if (conf.kind === 'batch') {
      const { trainBatchConf } = await import('./train-batch-conf');
      return await trainBatchConf(conf, training, home);
    }
    if (home !== 'process') {
      const { trainWithWorkers } = await import('./train-with-workers');
      return await trainWithWorkers(conf, training, home);
    }
    const { trainInMemory } = await import('./train-in-memory');
    return await trainInMemory(conf, training);
  } catch (error) {
    if (error instanceof InterruptedError)
      report.warning(`the job is saved; to go on: ${resumeCommand(confFile, options)}`);
    throw error;
  }
}

/** What trains: this process, threads of it around its memory, or processes around servers. */
export type Home = 'process' | 'threads' | 'servers';

/** @throws {CommandError} if it is to be in memory, and on servers */
function homeOf({ store, storeUrl, servers = 1, workers = 1, replicas = 0 }: ConfTrainOptions): Home {
  const needsServers = servers > 1 || replicas > 0 || storeUrl !== undefined;
  if (store === 'memory' && needsServers) {
    throw new CommandError(
      '--store memory has no servers: leave it out, or --servers, --replicas and --store-url',
      ExitCode.usage,
    );
  }
  if (store === 'valkey' || needsServers) return 'servers';
  return workers > 1 ? 'threads' : 'process';
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
