import { type ModelArray, type ModelFile, ModelFileError } from './model-file';
import type { Keys } from './sparse/keys';

/**
 * The doubles of an array of a model file.
 * @throws {ModelFileError} if it is absent, of another type or shape, or holds a number that is not finite
 */
export function doublesOf(arrays: ModelFile['arrays'], name: string, shape: readonly number[]): Float64Array {
  const { values } = arrayOf(arrays, name, 'float64', shape);
  if (!values.every(Number.isFinite)) throw new ModelFileError(`array '${name}' holds a number that is not finite`);
  return values;
}

/**
 * The keys of an array with one dimension of a model file.
 * @throws {ModelFileError} if it is absent, or of another type or shape
 */
export function keysOf(arrays: ModelFile['arrays'], name: string): Keys {
  return arrayOf(arrays, name, 'uint64', [arrays.get(name)?.shape[0] ?? 0]).values;
}

/**
 * The texts of an array with one dimension of a model file.
 * @throws {ModelFileError} if it is absent, or of another type or shape
 */
export function textsOf(arrays: ModelFile['arrays'], name: string): readonly string[] {
  return arrayOf(arrays, name, 'text', [arrays.get(name)?.shape[0] ?? 0]).values;
}

function arrayOf<D extends ModelArray['dtype']>(
  arrays: ModelFile['arrays'],
  name: string,
  dtype: D,
  shape: readonly number[],
): Extract<ModelArray, { dtype: D }> {
  const array = arrays.get(name);
  if (!array) throw new ModelFileError(`the model file has no array '${name}'`);
  if (array.dtype !== dtype) throw new ModelFileError(`array '${name}' holds ${array.dtype}, not ${dtype}`);
  if (array.shape.join() !== shape.join()) {
    throw new ModelFileError(
      `array '${name}' has the shape [${array.shape}], but the rest of the model needs [${shape}]`,
    );
  }
  return array as Extract<ModelArray, { dtype: D }>;
}
