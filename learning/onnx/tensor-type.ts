import type { InferenceSession } from 'onnxruntime-node';
import { OnnxError } from './onnx-error';

/** The element types that are served. */
export const tensorTypes = ['float32', 'float64', 'int64', 'int32', 'string', 'bool'] as const;
export type TensorType = (typeof tensorTypes)[number];

/** An input or an output of an ONNX file: [n] or [n, width] for n samples. */
export interface TensorShape {
  readonly name: string;
  readonly type: TensorType;
  /** Values of each sample; undefined if the file leaves it open. */
  readonly width: number | undefined;
  /** Whether it has the shape [n], without a second dimension. */
  readonly isFlat: boolean;
}

/**
 * Checks that a tensor has a type and a shape that can be served.
 * @throws {OnnxError}
 */
export function tensorShape(which: 'input' | 'output', metadata: InferenceSession.ValueMetadata): TensorShape {
  const { name } = metadata;
  const it = `${which} '${name}'`;
  if (!metadata.isTensor) {
    throw new OnnxError(
      `${it} is no tensor but a list of maps; export with options={'zipmap': False} (onnxmltools: zipmap=False), or take ` +
        `the label alone by the option 'outputs'`,
    );
  }
  const { type, shape } = metadata;
  if (!isServed(type)) throw new OnnxError(`${it} has the type ${type}; it must be one of ${tensorTypes.join(', ')}`);
  const [samples, width = 1, ...more] = shape;
  if (more.length > 0) throw new OnnxError(`${it} has ${shape.length} dimensions; it must be [n] or [n, width]`);
  // Some exporters write a number of samples at outputs that is not true.
  if (which === 'input' && typeof samples === 'number') {
    throw new OnnxError(
      `${it} is for exactly ${samples} samples; export with a first dimension that varies, as ` +
        `torch.onnx.export(..., dynamic_axes={'${name}': {0: 'n'}}) does`,
    );
  }
  return { name, type, width: typeof width === 'number' ? width : undefined, isFlat: shape.length < 2 };
}

const isServed = (type: string): type is TensorType => (tensorTypes as readonly string[]).includes(type);
