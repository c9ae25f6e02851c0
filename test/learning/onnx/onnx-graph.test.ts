import { OnnxError } from '../../../learning/onnx/onnx-error';
import { readOnnxGraph } from '../../../learning/onnx/onnx-graph';
import { identity, linearClassifier, linearRegression, message, onnxFile } from './onnx-file';

const zeros = [
  [0, 0],
  [0, 0],
];

describe('readOnnxGraph', () => {
  it('tells the labels of a classifier, be they texts or integers', () => {
    expect(readOnnxGraph(linearClassifier(['no', 'yes'], zeros)).labels).toEqual(['no', 'yes']);
    expect(readOnnxGraph(linearClassifier([-1n, 7n], zeros)).labels).toEqual([-1, 7]);
  });

  it('tells no labels where there are none', () => {
    expect(readOnnxGraph(linearRegression([1], 0)).labels).toBeUndefined();
  });

  it('tells no labels where classifiers have different ones', () => {
    const classifier = (labels: readonly bigint[]) => ({
      op: 'LinearClassifier',
      inputs: ['X'],
      outputs: [`label ${labels}`],
      attributes: { classlabels_ints: labels },
    });
    const file = onnxFile({ inputs: [], outputs: [], nodes: [classifier([0n, 1n]), classifier([0n, 1n, 2n])] });
    expect(readOnnxGraph(file).labels).toBeUndefined();
  });

  it('refuses weights in another file, which it names', () => {
    const external = message(
      [1, 2n],
      [2, 1n],
      [8, 'layer.weight'],
      [13, message([1, 'location'], [2, 'model.data'])],
      [14, 1n],
    );
    const file = onnxFile({ inputs: [], outputs: [], nodes: [], initializers: [external] });
    expect(() => readOnnxGraph(file)).toThrow(OnnxError);
    expect(() => readOnnxGraph(file)).toThrow(
      "keeps the weights 'layer.weight' in another file; save it with all weights inside",
    );
  });

  it('finds such weights in the branches of a condition, too', () => {
    const external = message([8, 'inner'], [13, message([1, 'location'], [2, '../secret'])]);
    const branch = message([5, external]);
    const condition = message([4, 'If'], [5, message([1, 'then_branch'], [6, branch], [20, 5n])]);
    expect(() => readOnnxGraph(message([7, message([1, condition])]))).toThrow(
      "keeps the weights 'inner' in another file",
    );
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a text', new TextEncoder().encode('not a model')],
    ['a part of a file', identity({ name: 'x', type: 'float32', shape: ['n'] }).subarray(0, 40)],
  ])('refuses %s as no ONNX file', (_what, bytes) => {
    expect(() => readOnnxGraph(bytes)).toThrow('is no ONNX file');
  });
});
