import { SparseLinearModel, sparseLinearAlgorithm } from './linear/sparse-linear-model';
import type { TabularModel } from './model';
import { decodeModelFile, type ModelFile, ModelFileError, type ModelHeader } from './model-file';
import { SoftmaxModel, softmaxAlgorithm } from './softmax/softmax-model';

/** A model ready to predict, and what its file says about it. */
export interface LoadedModel {
  readonly header: ModelHeader;
  readonly model: TabularModel;
}

/** The algorithms that model files may hold. */
const algorithms: Readonly<Record<string, (file: ModelFile) => TabularModel>> = {
  [softmaxAlgorithm]: SoftmaxModel.fromFile,
  [sparseLinearAlgorithm]: SparseLinearModel.fromFile,
};

/**
 * Loads a model from the bytes of its file, after verifying checksum, header and shapes.
 * @throws {ModelFileError} naming what is wrong, in one line
 */
export function loadModel(bytes: Uint8Array): LoadedModel {
  const file = decodeModelFile(bytes);
  const { algorithm } = file.header;
  const construct = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  if (!construct) {
    const known = Object.keys(algorithms).join(', ');
    throw new ModelFileError(`the model file holds the unknown algorithm '${algorithm}'; known: ${known}`);
  }
  return { header: file.header, model: construct(file) };
}
