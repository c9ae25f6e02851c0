import type { CustomConfig } from '../../config/schema';
import { arraysOf, dataIn, LoadedModel } from '../../custom-models/loaded-model';
import { readModelCode } from '../../custom-models/model-code';
import { ModelProcess } from '../../custom-models/model-process';
import { decodeModelFile, encodeModelFile } from '../../learning/model-file';
import { classesOf } from '../classifier/fit-softmax';
import { DataError } from '../data-error';
import type { TrainedModel, TrainRequest } from '../train-model';
import { type Examples, readExamples, type SplitData } from './examples';
import { type Quality, scoreCustom } from './score-custom';

type CustomRequest = TrainRequest & { readonly config: CustomConfig };

/**
 * Trains a model of the user's own on the training part of its data, and scores it on both parts. Its code runs in a
 * process of its own, so that it can be stopped whatever it does.
 *
 * @throws {DefinitionError | ConfigError} if its file is absent, does not compile, or defines no model
 * @throws {DataError} if the data is absent or not fit for training
 * @throws {ModelProcessError | Error} if the model's code fails
 * @throws the signal's reason once it is aborted
 */
export async function trainCustom(request: CustomRequest): Promise<TrainedModel> {
  const { name, config, directory, signal } = request;
  const code = await readModelCode(config.algorithm, directory);
  const features = config.mapping.map((feature) => feature.name);
  const process = await ModelProcess.start({ code, features, mode: config.mode });
  const stop = () => process.kill('the training was stopped');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    const data = await readExamples(name, config, process.abilities.kind, request, signal);
    return await trainIn(process, request, data);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

async function trainIn(
  process: ModelProcess,
  { name, config, createdAt, rival }: CustomRequest,
  { source, sha256, rows, train, test, observedUpTo }: SplitData,
): Promise<TrainedModel> {
  const { algorithm, mapping, evaluation, hyperparameters, params } = config;
  const isClassifier = process.abilities.kind === 'classifier';
  const classes = isClassifier ? classesOf(source, train.targets as readonly string[]) : [];
  const { data, metrics: own } = await process.ask('train', {
    ...train,
    classes,
    features: mapping.map(({ name, type }) => ({ name, type })),
    hyperparameters,
    seed: evaluation.seed,
  });

  const model = await LoadedModel.load(process, data, classes, algorithm);
  const scoreOf = async (examples: Examples): Promise<Quality | undefined> =>
    examples.rows.length > 0 ? scoreCustom(process, model, examples, params) : undefined;
  const ofTrain = await scoreOf(train);
  const ofTest = await scoreOf(test);
  const scores = { train: ofTrain?.score ?? null, test: ofTest?.score ?? null };
  const metrics = { ...(ofTest ?? ofTrain)?.metrics, ...own };
  const hasMetrics = Object.keys(metrics).length > 0;
  return {
    bytes: encodeModelFile({
      header: {
        algorithm,
        model: name,
        features: mapping.map(({ name, type, aliases }) => ({ name, type, aliases: [...aliases] })),
        classes: isClassifier ? [...classes] : null,
        hyperparameters: {},
        params,
        scores,
        ...(hasMetrics && { metrics }),
        data: { sha256, rows },
        createdAt: createdAt.toISOString(),
      },
      arrays: arraysOf(data),
    }),
    scores,
    ...(hasMetrics && { metrics }),
    // After the model's own scores, as the process then holds the rival.
    rivalScore: rival && ofTest ? await scoreRival(process, rival, config, source, test) : null,
    rows,
    observedUpTo,
  };
}

async function scoreRival(
  process: ModelProcess,
  bytes: Uint8Array,
  { algorithm, mapping, params }: CustomConfig,
  source: string,
  test: Examples,
): Promise<number> {
  const file = decodeModelFile(bytes);
  const { header } = file;
  const names = (features: readonly { readonly name: string }[]) => features.map(({ name }) => name).join();
  if (header.algorithm !== algorithm || names(header.features) !== names(mapping)) {
    throw new DataError(
      `${source}: the active revision is of another algorithm or has other features; train once without betterThanActive`,
    );
  }
  const model = await LoadedModel.load(process, dataIn(file), (header.classes ?? []).map(String), algorithm);
  return (await scoreCustom(process, model, test, params)).score;
}
