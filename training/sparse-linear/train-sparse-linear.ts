import { createHash } from 'node:crypto';
import type { SparseLinearConfig } from '../../config/schema';
import { SparseLinearModel, sparseLinearAlgorithm } from '../../learning/linear/sparse-linear-model';
import { loadModel } from '../../learning/load-model';
import { encodeModelFile, type ModelHeader } from '../../learning/model-file';
import type { BatchConf, Conf, OnlineConf } from '../conf/conf';
import { passTable } from '../darlin/pass-table';
import type { Start } from '../darlin/starting-weights';
import { MemoryTeam } from '../darlin/team';
import { trainBatch } from '../darlin/train-batch';
import { DataStorage } from '../data/files/data-storage';
import { findFiles } from '../data/files/find-files';
import { DataError } from '../data-error';
import { inOrder, type KeyedWeights } from '../keyed-weights';
import { findModelFiles, readModel } from '../output/model-files';
import type { TrainedModel, TrainRequest } from '../train-model';
import { type LearnedWeights, type LearnOptions, learnOnline } from './learn-online';
import { readModelConf, readTrainingConf } from './model-conf';
import { type Metrics, metricsOf, scoreOf } from './score-sparse-linear';

/** The seed of a training of a model, as of `modelapp train`. */
const seed = 1;

/**
 * Trains a model as its dmlc configuration says, in this process, and scores it on the validation data.
 * @throws {ConfError} if the configuration has faults
 * @throws {DataError} if data or configuration are absent or not fit for training
 */
export async function trainSparseLinear(
  request: TrainRequest & { readonly config: SparseLinearConfig },
): Promise<TrainedModel> {
  const { config, directory, rival, signal, onNotice: say = () => {} } = request;
  const conf = await readTrainingConf(config, directory, say);
  const { model, examples } = await learnSparseLinear(config, conf, { say, signal });
  const train = await metricsOf(model, conf.trainingData, conf.loss);
  const test = conf.validationData && (await metricsOf(model, conf.validationData, conf.loss));
  const scores = { train: definite(train, config), test: test ? definite(test, config) : null };
  const rivalMetrics =
    rival && conf.validationData && (await metricsOf(rivalOf(rival, config), conf.validationData, conf.loss));
  return {
    bytes: fileOf(request, conf, model, {
      scores,
      metrics: test ?? train,
      data: { sha256: await digestOf(conf.trainingData.files), rows: examples },
    }),
    scores,
    metrics: test ?? train,
    rivalScore: rivalMetrics ? scoreOf(rivalMetrics) : null,
    rows: examples,
  };
}

/**
 * Learns a model from the training data of its configuration.
 * @throws {DataError} if the data is absent or not fit for training
 */
export async function learnSparseLinear(
  config: SparseLinearConfig,
  conf: OnlineConf | BatchConf,
  { say, signal }: Pick<LearnOptions, 'say' | 'signal'>,
): Promise<{ readonly model: SparseLinearModel; readonly examples: number }> {
  const { model, examples } = await learn(conf, { seed, say, signal });
  return { model: modelOf(config, conf, model), examples };
}

/**
 * Makes a model of text files that a job wrote, and scores it on the validation data of its configuration, if there is any.
 * @throws {ConfError} if the configuration has faults
 * @throws {DataError} if files or configuration are absent or not what they should be
 */
export async function importModelText(
  request: Pick<TrainRequest, 'name' | 'directory' | 'createdAt' | 'onNotice'> & {
    readonly config: SparseLinearConfig;
  },
  files: readonly string[],
): Promise<Pick<TrainedModel, 'bytes' | 'metrics'>> {
  const { config, directory, onNotice: say = () => {} } = request;
  const conf = await readModelConf(config, directory, say);
  const model = modelOf(config, conf, await modelOfFiles(files));
  const metrics = conf.validationData && (await metricsOf(model, conf.validationData, conf.loss));
  const bytes = fileOf(request, conf, model, {
    scores: { train: null, test: metrics ? definite(metrics, config) : null },
    metrics,
    // Of the training data nothing is known; the files stand for it.
    data: { sha256: await digestOf(files), rows: 0 },
  });
  return { bytes, ...(metrics && { metrics }) };
}

async function learn(
  conf: OnlineConf | BatchConf,
  { say, signal }: Omit<LearnOptions, 'start'>,
): Promise<LearnedWeights> {
  const model = conf.modelInput && (await modelOfFiles(conf.modelInput));
  if (conf.kind === 'online') return learnOnline(conf, { seed, start: model, say, signal });
  const trained = await trainBatch({
    conf,
    start: model ? { type: 'MODEL', model } : await startOf(conf),
    seed,
    progress: passTable(say),
    warn: say,
    ...(signal && { signal }),
    assemble: () => MemoryTeam.load({ ...conf, localCache: undefined }, { warn: say }),
  });
  return { model: trained.model, examples: trained.examples };
}

/** @throws {DataError} if there are no such files, or they have no weight at all */
async function modelOfFiles(patterns: readonly string[]): Promise<KeyedWeights> {
  const model = await readModel(await findModelFiles(patterns));
  if (model.weights.length === 0) throw new DataError(`${patterns.join(', ')}: no weight in there`);
  return model;
}

const startOf = async ({ initialWeights }: BatchConf): Promise<Start> =>
  initialWeights.type === 'FILE' ? { type: 'MODEL', model: await modelOfFiles([initialWeights.file]) } : initialWeights;

const modelOf = ({ mapping, params }: SparseLinearConfig, { loss }: Conf, weights: KeyedWeights): SparseLinearModel =>
  new SparseLinearModel({
    features: mapping.map(({ name, type, aliases }) => ({ name, type, aliases: [...aliases] })),
    params,
    loss,
    ...inOrder(weights),
  });

function rivalOf(bytes: Uint8Array, { conf }: SparseLinearConfig): SparseLinearModel {
  const { model } = loadModel(bytes);
  if (model instanceof SparseLinearModel) return model;
  throw new DataError(`${conf}: the active revision is of another algorithm; train once without betterThanActive`);
}

/** @throws {DataError} if the score is not defined, as an AUC of one class is not */
function definite(metrics: Metrics, { conf }: SparseLinearConfig): number {
  const score = scoreOf(metrics);
  if (Number.isFinite(score)) return score;
  throw new DataError(`${conf}: the model cannot be scored: all examples have one label, or there are none`);
}

interface Facts {
  readonly scores: ModelHeader['scores'];
  readonly metrics: Metrics | undefined;
  readonly data: { readonly sha256: string; readonly rows: number };
}

const fileOf = (
  { name, createdAt }: Pick<TrainRequest, 'name' | 'createdAt'>,
  { loss }: Conf,
  model: SparseLinearModel,
  { scores, metrics, data }: Facts,
): Uint8Array =>
  encodeModelFile({
    header: {
      algorithm: sparseLinearAlgorithm,
      model: name,
      features: [...model.features],
      classes: model.classes ? [...model.classes] : null,
      loss,
      hyperparameters: {},
      params: model.params,
      scores,
      ...(metrics && { metrics }),
      data,
      createdAt: createdAt.toISOString(),
    },
    arrays: model.toArrays(),
  });

/** SHA-256 of all bytes of the files that the names find, one after the other. */
async function digestOf(names: readonly string[]): Promise<string> {
  const storage = new DataStorage();
  const hash = createHash('sha256');
  try {
    for (const file of await findFiles(names, storage)) {
      for await (const bytes of storage.read(file, 0, file.size)) hash.update(bytes);
    }
  } finally {
    await storage.close();
  }
  return hash.digest('hex');
}
