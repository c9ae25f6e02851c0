import type { ModelConfig } from '../config/schema';
import type { Minimum } from '../learning/optimiser/lbfgs';
import type { FitHooks } from './classifier/fit-softmax';
import { trainClassifier } from './classifier/train-classifier';
import { trainCustom } from './custom/train-custom';
import { trainOnnx } from './onnx/train-onnx';
import type { DataPlaces } from './read-dataset';
import { trainAls } from './recommender/train-als';
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

/** Higher is better; `train` is null if it was trained elsewhere, `test` if the configuration holds out no test rows. */
export interface TrainingScores {
  readonly train: number | null;
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
  /** The position of the newest observation that the weights of users count; undefined if they count none. */
  readonly observedUpTo?: bigint | undefined;
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
  switch (config.algorithm) {
    case 'softmax':
    case 'naive':
      return trainClassifier({ ...request, config });
    case 'als':
      return trainAls({ ...request, config });
    case 'sparse-linear':
      return trainSparseLinear({ ...request, config });
    case 'onnx':
      return trainOnnx({ ...request, config });
    default:
      return trainCustom({ ...request, config });
  }
}
