import type { InferenceSession } from 'onnxruntime-node';
import { OnnxError } from './onnx-error';
import { type TensorShape, tensorShape } from './tensor-type';

/** Which outputs of an ONNX file say what, by name: the number of a regression, or what is known of a class. */
export interface OnnxOutputs {
  readonly number?: string | undefined;
  /** The likeliest class; if absent, that of the largest probability or logit. */
  readonly label?: string | undefined;
  readonly probabilities?: string | undefined;
  /** Unscaled: their softmax are the probabilities. */
  readonly logits?: string | undefined;
}

/**
 * Decides which outputs to read.
 * @param given what the configuration says; then nothing is guessed
 * @throws {OnnxError} if an output cannot be read, or it is not plain which is which
 */
export function chooseOutputs(
  outputs: readonly InferenceSession.ValueMetadata[],
  given: OnnxOutputs = {},
): OnnxOutputs {
  if (Object.values(given).every((name) => name === undefined)) return guessOutputs(outputs);
  for (const name of Object.values(given)) {
    const output = outputs.find((candidate) => candidate.name === name);
    if (!output) throw new OnnxError(`has no output '${name}'; its outputs are ${namesOf(outputs)}`);
    tensorShape('output', output);
  }
  return given;
}

function guessOutputs(outputs: readonly InferenceSession.ValueMetadata[]): OnnxOutputs {
  const shapes = outputs.map((output) => tensorShape('output', output));
  const labels = shapes.filter(isLabel);
  const numbers = shapes.filter((shape) => !isLabel(shape));
  const [label] = labels;
  const [scores] = numbers;
  const isOnly = shapes.length === 1;
  if (label && isOnly) return { label: label.name };
  if (scores?.width === 1 && isOnly) return { number: scores.name };
  if (label && scores && scores.width !== 1 && shapes.length === 2) {
    return { label: label.name, probabilities: scores.name };
  }
  throw new OnnxError(
    `has the outputs ${namesOf(outputs)}; say by the option 'outputs' which of them is the label, the probabilities, ` +
      'the logits or the number',
  );
}

const isLabel = ({ type, width }: TensorShape): boolean =>
  width === 1 && (type === 'string' || type === 'int64' || type === 'int32');

const namesOf = (outputs: readonly InferenceSession.ValueMetadata[]): string =>
  outputs.map(({ name }) => `'${name}'`).join(', ');
