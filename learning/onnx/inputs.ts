import type { Tensor } from 'onnxruntime-node';
import { type Feature, PredictError, type Row, type ScalarFeature, type ScalarValue } from '../model';
import { OnnxError } from './onnx-error';
import type { TensorShape, TensorType } from './tensor-type';

/** An input of the file, and the features that fill it, by their place in a row. */
interface Input {
  readonly shape: TensorShape;
  readonly features: readonly { readonly place: number; readonly name: string }[];
}

/**
 * Turns rows into the input tensors of an ONNX file. If each input has the name of a feature or an alias of it, it takes
 * that feature; else the inputs take the features in order, each as many as it is wide.
 */
export class OnnxInputs {
  readonly #inputs: readonly Input[];

  /** @throws {OnnxError} if features and inputs do not fit */
  constructor(features: readonly ScalarFeature[], shapes: readonly TensorShape[]) {
    const places = placesByName(features, shapes) ?? placesInOrder(features, shapes);
    this.#inputs = shapes.map((shape, i) => ({
      shape,
      features: (places[i] as readonly number[]).map((place) => ({ place, name: features[place]!.name })),
    }));
    for (const [i, shape] of shapes.entries()) {
      for (const place of places[i]!) checkType(features[place]!, shape);
    }
  }

  /**
   * The tensors of some rows, by the name of the input.
   * @throws {PredictError} if a number is too large for the input's type
   */
  tensors(rows: readonly Row[], TensorOf: typeof Tensor): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {};
    for (const { shape, features } of this.#inputs) {
      const values: ScalarValue[] = [];
      for (const row of rows) {
        for (const { place, name } of features) {
          const value = row[place] as ScalarValue;
          if (shape.type === 'int32' && !isInt32(value)) {
            throw new PredictError(`${name}: ${value} is more than the model takes, which is an int32`);
          }
          values.push(value);
        }
      }
      const dims = shape.isFlat ? [rows.length] : [rows.length, features.length];
      tensors[shape.name] = tensorOf(TensorOf, shape.type, values, dims);
    }
    return tensors;
  }
}

/** The constructor of a tensor has a form for each type. */
function tensorOf(TensorOf: typeof Tensor, type: TensorType, values: readonly ScalarValue[], dims: number[]): Tensor {
  switch (type) {
    case 'string':
      return new TensorOf(type, values as string[], dims);
    case 'bool':
      return new TensorOf(type, Uint8Array.from(values, Number), dims);
    case 'float32':
      return new TensorOf(type, Float32Array.from(values, Number), dims);
    case 'float64':
      return new TensorOf(type, Float64Array.from(values, Number), dims);
    case 'int32':
      return new TensorOf(type, Int32Array.from(values, Number), dims);
    case 'int64':
      return new TensorOf(
        type,
        BigInt64Array.from(values, (value) => BigInt(value)),
        dims,
      );
  }
}

const isInt32 = (value: ScalarValue): boolean => Number(value) === (Number(value) | 0);

function placesByName(features: readonly Feature[], shapes: readonly TensorShape[]): number[][] | undefined {
  if (shapes.length !== features.length || shapes.some(({ width }) => width !== 1)) return undefined;
  const places = shapes.map((shape) =>
    features.findIndex(({ name, aliases }) => name === shape.name || aliases.includes(shape.name)),
  );
  return places.includes(-1) ? undefined : places.map((place) => [place]);
}

function placesInOrder(features: readonly Feature[], shapes: readonly TensorShape[]): number[][] {
  const open = shapes.filter(({ width }) => width === undefined).length;
  if (open > 1) {
    throw new OnnxError('has several inputs of any width; export it with the number of columns of each');
  }
  const known = shapes.reduce((sum, { width = 0 }) => sum + width, 0);
  const total = open === 0 ? known : Math.max(features.length, known + 1);
  if (total !== features.length) {
    const inputs = shapes.map(({ name, width = 'any' }) => `${name} [n, ${width}]`).join(', ');
    throw new OnnxError(`takes ${known} features, but the mapping has ${features.length}; its inputs are ${inputs}`);
  }
  let next = 0;
  return shapes.map(({ width = total - known }) => Array.from({ length: width }, () => next++));
}

/** The types of features that an input of each type takes. */
const takes: Readonly<Record<TensorType, readonly ScalarFeature['type'][]>> = {
  float32: ['float', 'int', 'bool'],
  float64: ['float', 'int', 'bool'],
  int64: ['int', 'bool'],
  int32: ['int', 'bool'],
  bool: ['bool'],
  string: ['str'],
};

function checkType({ name, type }: ScalarFeature, shape: TensorShape): void {
  if (takes[shape.type].includes(type)) return;
  const fitting = takes[shape.type].map((fit) => `'${fit}'`).join(' or ');
  throw new OnnxError(`takes ${shape.type} in the input '${shape.name}': '${name}' must be ${fitting}, not '${type}'`);
}
