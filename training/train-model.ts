import type { ModelConfig, SoftmaxConfig } from '../config/schema';
import { loadModel } from '../learning/load-model';
import { encodeModelFile } from '../learning/model-file';
import type { Minimum } from '../learning/optimiser/lbfgs';
import { softmaxAlgorithm } from '../learning/softmax/softmax-model';
import { stratifiedSplit } from '../learning/split';
import type { Dataset } from './dataset';
import { type FitHooks, fitModel } from './fit';
import { type DataPlaces, readDataset } from './read-dataset';
import { scoreModel, withFeaturesOf } from './score-model';
import { trainSparseLinear } from './sparse-linear/train-sparse-linear';

/** One training run of one configured model. */
export interface TrainRequest extends FitHooks, DataPlaces {
  readonly name: string;
  readonly config: ModelConfig;
  /** Written into the model file. */
  readonly createdAt: Date;
  /** Bytes of the active revision, to be scored on the same test rows. */
  readonly rival?: Uint8Array | undefined;
}

/** Higher is better; `test` is null if the configuration holds out no test rows. */
export interface TrainingScores {
  readonly train: number;
  readonly test: number | null;
}

export interface TrainedModel {
  /** The model file: the same data, configuration and `createdAt` give the same bytes. */
  readonly bytes: Uint8Array;
  readonly scores: TrainingScores;
  /** Test score of the rival; null without a rival or without test rows. */
  readonly rivalScore: number | null;
  /** Rows of the source. */
  readonly rows: number;
  /** More scores by name, on the test rows if there are any; none if the scores say all. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** How the optimiser ended, where there is one. */
  readonly minimum?: Pick<Minimum, 'reason' | 'iterations' | 'gradientNorm'>;
}

/**
 * Trains a model of the configuration, however it learns.
 * @throws {DataError} if the data is absent or not fit for training
 * @throws {ModelFileError} if the rival is no model file
 */
export async function trainModel(request: TrainRequest): Promise<TrainedModel> {
  const { config } = request;
  if (config.algorithm === 'softmax') return trainSoftmax({ ...request, config });
  return trainSparseLinear({ ...request, config });
}

/**
 * Trains a model on the training part of its data and scores it on both parts.
 * @throws {DataError} if the data is absent or not fit for training
 * @throws {ModelFileError} if the rival is no model file
 */
async function trainSoftmax(request: TrainRequest & { readonly config: SoftmaxConfig }): Promise<TrainedModel> {
  const { name, config, createdAt, rival, onProgress, signal } = request;
  const { mapping, evaluation, hyperparameters, params } = config;
  const dataset = await readDataset(name, config, request, signal);
  const { train, test } = stratifiedSplit(classNumbers(dataset), evaluation.testFraction, evaluation.seed);
  const { model, minimum } = await fitModel(dataset, train, config, { onProgress, signal });

  const hasTest = test.length > 0;
  const scores = {
    train: await scoreModel(model, dataset, train),
    test: hasTest ? await scoreModel(model, dataset, test) : null,
  };
  return {
    bytes: encodeModelFile({
      header: {
        algorithm: softmaxAlgorithm,
        model: name,
        features: [...model.features],
        classes: [...model.classes],
        hyperparameters,
        params,
        scores,
        data: { sha256: dataset.sha256, rows: dataset.rows.length },
        createdAt: createdAt.toISOString(),
      },
      arrays: model.toArrays(),
    }),
    scores,
    rivalScore: rival && hasTest ? await scoreRival(rival, dataset, mapping, test) : null,
    rows: dataset.rows.length,
    minimum: { reason: minimum.reason, iterations: minimum.iterations, gradientNorm: minimum.gradientNorm },
  };
}

async function scoreRival(
  bytes: Uint8Array,
  dataset: Dataset,
  mapping: SoftmaxConfig['mapping'],
  test: readonly number[],
): Promise<number> {
  const { model } = loadModel(bytes);
  return scoreModel(model, withFeaturesOf(model, dataset, mapping), test);
}

/** The labels as numbers in order of appearance. */
function classNumbers({ labels }: Dataset): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(labels, (label) => {
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    return numbers.get(label)!;
  });
}
