import type { FeatureValue } from '../../../learning/model';
import { SparseFeaturesError, sparseFromLists } from '../../../learning/sparse/sparse-features';
import { badRequest } from '../../http/errors';
import { datatypeOf, elementsOf, flatten, type Tensor } from './tensor';

/**
 * Sparse features in three tensors, row after row: `<name>.keys`, `<name>.values` (1 each if absent) and `<name>.offsets`
 * with where each sample begins and the last ends, from 0. Keys are UINT64 or INT64, as numbers up to 2^53 − 1 or as
 * texts, or BYTES: decimal keys and names.
 * @returns undefined if there are no keys of that name
 * @throws {HttpError} 400 naming the tensor that is missing or does not fit
 */
export function sparseColumn(name: string, tensors: readonly Tensor[]): readonly FeatureValue[] | undefined {
  const find = (part: string) => tensors.findIndex((tensor) => tensor.name === `${name}.${part}`);
  const [keysAt, valuesAt, offsetsAt] = [find('keys'), find('values'), find('offsets')];
  const keysTensor = tensors[keysAt];
  if (!keysTensor) return undefined;
  const keys = keysOf(keysTensor, `inputs[${keysAt}]`);
  const valuesTensor = tensors[valuesAt];
  const values = valuesTensor && elementsOf(valuesTensor, `inputs[${valuesAt}]`);
  if (values && values.length !== keys.length) {
    throw refused(`inputs[${valuesAt}].shape`, `holds ${values.length} values for ${keys.length} keys`);
  }
  const offsetsTensor = tensors[offsetsAt];
  if (!offsetsTensor) throw refused(`inputs.${name}.offsets`, 'is required beside the keys');
  const path = `inputs[${offsetsAt}].data`;
  const offsets = elementsOf(offsetsTensor, `inputs[${offsetsAt}]`).map(Number);
  if (offsets[0] !== 0 || offsets.at(-1) !== keys.length || offsets.some((at, i) => !(at >= (offsets[i - 1] ?? 0)))) {
    throw refused(path, `must ascend from 0 to ${keys.length}, the number of keys`);
  }
  return offsets.slice(1).map((end, i) => {
    const start = offsets[i] as number;
    try {
      return sparseFromLists(keys.slice(start, end), values?.slice(start, end));
    } catch (error) {
      throw error instanceof SparseFeaturesError ? refused(`inputs[${keysAt}].data`, error.message) : error;
    }
  });
}

/** Numbers are checked as keys, not as elements, so that the fault of a large one can say what to do. */
function keysOf(tensor: Tensor, path: string): readonly unknown[] {
  const datatype = datatypeOf(tensor, path);
  if (datatype === 'BYTES') return elementsOf(tensor, path);
  if (datatype !== 'UINT64' && datatype !== 'INT64') {
    throw refused(`${path}.datatype`, `must be UINT64 or BYTES for keys, not ${datatype}`);
  }
  const keys = flatten(tensor, `${path}.data`);
  const name = keys.findIndex((key) => typeof key === 'string' && !/^\d+$/.test(key));
  if (name !== -1) throw refused(`${path}.data[${name}]`, 'is no key; send names as BYTES');
  return keys;
}

const refused = (field: string, message: string) => badRequest(`${field}: ${message}`, field);
