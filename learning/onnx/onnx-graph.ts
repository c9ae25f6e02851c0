import type { Label } from '../model';
import { OnnxError } from './onnx-error';
import { type Field, fieldsOf, varintsOf } from './protobuf';

/** What the runtime does not tell of an ONNX file. */
export interface OnnxGraph {
  /** The labels that its classifier may answer, in order; undefined if there are none, or several lists of them. */
  readonly labels: readonly Label[] | undefined;
}

/** The messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that may hold a tensor, and their fields that lead to it. */
type MessageType = 'model' | 'function' | 'graph' | 'node' | 'attribute' | 'sparseTensor' | 'tensor';

const children: Readonly<Record<MessageType, Readonly<Record<number, MessageType>>>> = {
  model: { 7: 'graph', 25: 'function' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparseTensor', 23: 'sparseTensor' },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};

const attribute = { name: 1, ints: 8, strings: 9 } as const;
const tensor = { name: 8, externalData: 13 } as const;

/** How the operators of classifiers name their lists of labels. */
const labelAttributes = ['classlabels_strings', 'classlabels_ints', 'classlabels_int64s'];

/**
 * Looks through an ONNX file, without the runtime.
 * @throws {OnnxError} if it is no ONNX file, or keeps weights in other files
 */
export function readOnnxGraph(bytes: Uint8Array): OnnxGraph {
  const lists = new Map<string, readonly Label[]>();
  const visit = (type: MessageType, message: Uint8Array): void => {
    for (const { number, value } of fieldsOf(message)) {
      const child = children[type][number];
      if (child && typeof value === 'object') visit(child, value);
      if (type === 'tensor' && number === tensor.externalData) throw externalData(message);
    }
    const labels = type === 'attribute' ? labelsOf(message) : [];
    if (labels.length > 0) lists.set(JSON.stringify(labels), labels);
  };
  try {
    if (!hasGraph(bytes)) throw new RangeError('there is no graph');
    visit('model', bytes);
  } catch (error) {
    throw error instanceof RangeError ? new OnnxError('is no ONNX file') : error;
  }
  return { labels: lists.size === 1 ? [...lists.values()][0] : undefined };
}

function hasGraph(bytes: Uint8Array): boolean {
  for (const { number, value } of fieldsOf(bytes)) if (number === 7 && typeof value === 'object') return true;
  return false;
}

function labelsOf(message: Uint8Array): readonly Label[] {
  const name = textAt(attribute.name, message);
  if (name === undefined || !labelAttributes.includes(name)) return [];
  return [...fieldsOf(message)].flatMap(asLabels);
}

function asLabels({ number, value }: Field): readonly Label[] {
  if (number === attribute.strings && typeof value === 'object') return [text(value)];
  if (number !== attribute.ints) return [];
  const values = typeof value === 'object' ? varintsOf(value) : [value];
  return values.map((label) => Number(BigInt.asIntN(64, label)));
}

function externalData(message: Uint8Array): OnnxError {
  return new OnnxError(
    `keeps the weights '${textAt(tensor.name, message) ?? ''}' in another file; save it with all weights inside, as ` +
      `onnx.save(model, path, save_as_external_data=False) or torch.onnx.export(..., external_data=False) do`,
  );
}

function textAt(number: number, message: Uint8Array): string | undefined {
  for (const field of fieldsOf(message)) {
    if (field.number === number && typeof field.value === 'object') return text(field.value);
  }
  return undefined;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
