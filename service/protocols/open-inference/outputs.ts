import Type, { type Static } from 'typebox';
import type { Label, Model, Prediction } from '../../../learning/model';
import { badRequest, HttpError } from '../../http/errors';
import type { TensorMetadata } from './inputs';
import type { Datatype } from './tensor';

/** A tensor of an answer. */
export const OutputTensorSchema = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer()),
  datatype: Type.String(),
  data: Type.Array(Type.Unsafe<Label>({ type: ['number', 'string'] }), { description: 'Flat, in row-major order.' }),
});

export type OutputTensor = Static<typeof OutputTensorSchema>;

/** What a model of the kind can be asked for: its label or number, and its class probabilities if it has any. */
export function outputsOf({ classes, labelsOnly = false }: Model): readonly TensorMetadata[] {
  const predict = { name: 'predict', datatype: labelDatatype(classes), shape: [-1] } as const;
  return classes && !labelsOnly
    ? [predict, { name: 'predict_proba', datatype: 'FP64', shape: [-1, classes.length] }]
    : [predict];
}

/**
 * The outputs that a request asks for, in its order; all if it names none.
 * @throws {HttpError} 400 naming the output that the model does not have
 */
export function selectOutputs(
  model: Model,
  requested: readonly { readonly name: string }[] | undefined,
): readonly TensorMetadata[] {
  const outputs = outputsOf(model);
  if (!requested || requested.length === 0) return outputs;
  return requested.map(({ name }, i) => {
    const output = outputs.find((candidate) => candidate.name === name);
    if (output) return output;
    const field = `outputs[${i}].name`;
    throw badRequest(
      `${field}: the model has ${outputs.map((known) => known.name).join(' and ')}, no '${name}'`,
      field,
    );
  });
}

/** The tensor of one output for the predictions of all samples. */
export function outputTensor(
  { name, datatype, shape }: TensorMetadata,
  predictions: readonly Prediction[],
): OutputTensor {
  const count = predictions.length;
  if (name === 'predict') {
    return { name, datatype, shape: [count], data: predictions.map(({ output }) => asElement(datatype, output)) };
  }
  const width = shape[1] as number;
  const data = new Array<number>(count * width);
  for (let i = 0; i < count; i += 1) {
    const { probabilities } = predictions[i] as Prediction;
    for (let j = 0; j < width; j += 1) data[i * width + j] = probabilities?.[j] as number;
  }
  return { name, datatype, shape: [count, width], data };
}

/**
 * The label or number of a prediction, for the log.
 * @throws {HttpError} 500 if anything in it is NaN or infinite, which this protocol cannot say
 */
export function finiteOutput({ output, probabilities }: Prediction): Label {
  let finite = typeof output === 'string' || Number.isFinite(output);
  for (let i = 0; probabilities && i < probabilities.length; i += 1) finite &&= Number.isFinite(probabilities[i]);
  if (!finite) throw new HttpError(500, 'the model answered a number that is not finite');
  return output;
}

/** Texts, unless all classes are numbers; a model without classes answers numbers. */
function labelDatatype(classes: readonly Label[] | undefined): Datatype {
  if (!classes) return 'FP64';
  if (classes.every((label) => Number.isSafeInteger(label))) return 'INT64';
  return classes.every((label) => typeof label === 'number') ? 'FP64' : 'BYTES';
}

const asElement = (datatype: Datatype, label: Label): Label => (datatype === 'BYTES' ? String(label) : label);
