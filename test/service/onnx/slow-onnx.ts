import { onnxFile } from '../../learning/onnx/onnx-file';

/**
 * An ONNX file that answers the number it gets, after it has multiplied two matrices of so many rows and columns: 0 takes
 * no time, 3000 takes seconds and 72 MB.
 */
export const slowIdentity = (): Uint8Array =>
  onnxFile({
    inputs: [{ name: 'X', type: 'float32', shape: ['n', 1] }],
    outputs: [{ name: 'variable', type: 'float32', shape: ['n', 1] }],
    nodes: [
      { op: 'ReduceMax', inputs: ['X'], outputs: ['max'], attributes: { axes: [0n], keepdims: 0n } },
      // 7 is int64.
      { op: 'Cast', inputs: ['max'], outputs: ['size'], attributes: { to: 7n } },
      { op: 'Concat', inputs: ['size', 'size'], outputs: ['shape'], attributes: { axis: 0n } },
      { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['zeros'] },
      { op: 'MatMul', inputs: ['zeros', 'zeros'], outputs: ['product'] },
      { op: 'ReduceSum', inputs: ['product'], outputs: ['zero'] },
      { op: 'Add', inputs: ['X', 'zero'], outputs: ['variable'] },
    ],
  });
