import type { Feature, FeatureType, FeatureValue, Row, ScalarValue } from '../../../learning/model';
import { sparseText } from '../../../learning/sparse/sparse-features';
import { badRequest } from '../../http/errors';
import { exampleValues } from '../request/example-values';
import { convertField, FieldError, fromText } from '../request/feature-values';
import { sparseColumn } from './sparse-tensors';
import { type Datatype, datatypeOf, elementsOf, type Tensor } from './tensor';

/** The datatype that a feature is announced with. */
const featureDatatypes: Readonly<Record<FeatureType, Datatype>> = {
  float: 'FP64',
  int: 'INT64',
  str: 'BYTES',
  bool: 'BOOL',
  sparse: 'BYTES',
};

const isNumeric = (type: FeatureType): boolean => type === 'float' || type === 'int';

/** A tensor as the metadata of a model describes it; −1 stands for any size. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** An example of an element, where the datatype does not tell how it is written. */
  readonly parameters?: { readonly example: ScalarValue };
}

/** Reads the samples of a model out of the tensors of a request. */
export class Inputs {
  readonly #features: readonly Feature[];
  /** The place of each feature, by name and by alias. */
  readonly #places = new Map<string, number>();
  readonly #allNumeric: boolean;

  constructor(features: readonly Feature[]) {
    this.#features = features;
    this.#allNumeric = features.every(({ type }) => isNumeric(type));
    for (const [place, { name, aliases }] of features.entries()) {
      for (const key of [name, ...aliases]) this.#places.set(key, place);
    }
  }

  /** Tensors with one made-up sample. */
  get example(): readonly Tensor[] {
    return this.#features.map(({ name, type }) => ({
      name,
      shape: [1],
      datatype: featureDatatypes[type],
      data: [tensorElement(exampleValues[type])],
    }));
  }

  /** One tensor per feature. */
  get metadata(): readonly TensorMetadata[] {
    return this.#features.map(({ name, type }) => ({
      name,
      datatype: featureDatatypes[type],
      shape: [-1],
      ...(type === 'sparse' && { parameters: { example: tensorElement(exampleValues.sparse) } }),
    }));
  }

  /**
   * One row per sample: from a tensor [n] or [n,1] for each feature, or from one tensor [n,k] with all k features if all
   * are numeric. Tensors of other names are ignored.
   * @throws {HttpError} 400 naming the tensor that is missing or does not fit
   */
  rows(tensors: readonly Tensor[]): Row[] {
    const [first] = tensors;
    const isMatrix = tensors.length === 1 && first?.shape.length === 2 && this.#allNumeric;
    const rows = isMatrix ? this.#rowsOfMatrix(first) : this.#rowsOfColumns(tensors);
    if (rows.length === 0) throw badRequest('inputs: must hold at least one sample', 'inputs');
    return rows;
  }

  #rowsOfMatrix(tensor: Tensor): Row[] {
    const features = this.#features;
    const width = features.length;
    const [count = 0, given] = tensor.shape;
    if (given !== width) {
      throw badRequest(`inputs[0].shape: must be [n,${width}], as the model has ${width} features`, 'inputs[0].shape');
    }
    const datatype = datatypeOf(tensor, 'inputs[0]');
    const elements = elementsOf(tensor, 'inputs[0]');
    const rows: Row[] = [];
    for (let i = 0; i < count; i += 1) {
      const row = features.map((feature, j) =>
        fitting(feature, datatype, elements[i * width + j] as ScalarValue, 'inputs[0]'),
      );
      rows.push(row);
    }
    return rows;
  }

  #rowsOfColumns(tensors: readonly Tensor[]): Row[] {
    const columns = this.#columns(tensors);
    const count = columns[0]?.length ?? 0;
    const rows: Row[] = [];
    for (let i = 0; i < count; i += 1) rows.push(columns.map((column) => column[i] as FeatureValue));
    return rows;
  }

  /** The values of each feature, all of the same length. */
  #columns(tensors: readonly Tensor[]): readonly (readonly FeatureValue[])[] {
    const columns = new Array<readonly FeatureValue[] | undefined>(this.#features.length).fill(undefined);
    let count: number | undefined;
    for (let i = 0; i < tensors.length; i += 1) {
      const tensor = tensors[i] as Tensor;
      const place = this.#places.get(tensor.name);
      if (place === undefined) continue;
      const path = `inputs[${i}]`;
      const column = columnOf(this.#features[place] as Feature, tensor, path);
      count ??= column.length;
      if (column.length !== count) {
        throw badRequest(`${path}.shape: holds ${column.length} samples, but others hold ${count}`, `${path}.shape`);
      }
      const before = columns[place];
      if (before?.some((value, sample) => value !== column[sample])) {
        throw badRequest(`${path}: differs from another tensor for the same feature; send one of them`, path);
      }
      columns[place] = column;
    }
    for (const [place, { name, type }] of this.#features.entries()) {
      if (type !== 'sparse' || columns[place]) continue;
      const column = sparseColumn(name, tensors);
      if (column && column.length !== (count ?? column.length)) {
        throw badRequest(
          `inputs.${name}.offsets: tells of ${column.length} samples, but others hold ${count}`,
          `inputs.${name}.offsets`,
        );
      }
      columns[place] = column;
      count ??= column?.length;
    }
    const missing = columns.indexOf(undefined);
    if (missing !== -1) {
      const field = `inputs.${this.#features[missing]?.name}`;
      throw badRequest(`${field}: is required`, field);
    }
    return columns as readonly (readonly FeatureValue[])[];
  }
}

function columnOf(feature: Feature, tensor: Tensor, path: string): readonly FeatureValue[] {
  const { shape } = tensor;
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw badRequest(`${path}.shape: must be [n] or [n,1], as '${tensor.name}' is one feature`, `${path}.shape`);
  }
  const datatype = datatypeOf(tensor, path);
  const elements = elementsOf(tensor, path);
  if (feature.type !== 'sparse') return elements.map((value) => fitting(feature, datatype, value, path));
  return elements.map((value, i) => sparseValue(fitting(feature, datatype, value, path), `${path}.data[${i}]`));
}

function sparseValue(text: ScalarValue, field: string): FeatureValue {
  try {
    return convertField(fromText, 'sparse', field, String(text));
  } catch (error) {
    throw error instanceof FieldError ? badRequest(error.message, field) : error;
  }
}

/** Sparse features are a text in a tensor. */
const tensorElement = (value: FeatureValue): ScalarValue => (typeof value === 'object' ? sparseText(value) : value);

/** The element as the value of a feature: as it is, or not at all. */
function fitting({ name, type }: Feature, datatype: Datatype, value: ScalarValue, path: string): ScalarValue {
  const suits = isNumeric(type) ? typeof value === 'number' : datatype === featureDatatypes[type];
  if (!suits) {
    const field = `${path}.datatype`;
    throw badRequest(`${field}: must be ${featureDatatypes[type]} for '${name}', not ${datatype}`, field);
  }
  if (type === 'int' && !Number.isSafeInteger(value)) {
    throw badRequest(`${path}.data: ${value} is no whole number within ±(2^53 - 1), as '${name}' is`, `${path}.data`);
  }
  return value;
}
