import { SparseLinearModel, sparseLinearAlgorithm } from './linear/sparse-linear-model';
import type { Model } from './model';
import { decodeModelFile, type ModelFile, ModelFileError, type ModelHeader } from './model-file';
import { NaiveBayesModel, naiveBayesAlgorithm } from './naive-bayes/naive-bayes-model';
import { isTextModelFile, TextModel } from './naive-bayes/text-model';
import { OnnxModel, onnxAlgorithm } from './onnx/onnx-model';
import { alsAlgorithm, FactorModel } from './recommender/factor-model';
import { SoftmaxModel, softmaxAlgorithm } from './softmax/softmax-model';

/** A model ready to predict, and what its file says about it. */
export interface LoadedModel {
  readonly header: ModelHeader;
  readonly model: Model;
}

/** How a model runs, whatever its file says. */
export interface LoadOptions {
  /** Threads of one inference of an ONNX file. @default 1 */
  readonly threads?: number | undefined;
}

/** The algorithms that model files may hold. */
const algorithms: Readonly<Record<string, (file: ModelFile, options: LoadOptions) => Model>> = {
  [softmaxAlgorithm]: SoftmaxModel.fromFile,
  [sparseLinearAlgorithm]: SparseLinearModel.fromFile,
  [alsAlgorithm]: FactorModel.fromFile,
  [naiveBayesAlgorithm]: (file) => (isTextModelFile(file) ? TextModel.fromFile(file) : NaiveBayesModel.fromFile(file)),
  [onnxAlgorithm]: (file, { threads }) => OnnxModel.fromFile(file, threads),
};

/**
 * Loads a model from the bytes of its file, after verifying checksum, header and shapes.
 * @throws {ModelFileError} naming what is wrong, in one line
 */
export function loadModel(bytes: Uint8Array, options: LoadOptions = {}): LoadedModel {
  const file = decodeModelFile(bytes);
  const { algorithm } = file.header;
  const construct = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  if (!construct) {
    const known = Object.keys(algorithms).join(', ');
    throw new ModelFileError(`the model file holds the unknown algorithm '${algorithm}'; known: ${known}`);
  }
  return { header: file.header, model: construct(file, options) };
}
