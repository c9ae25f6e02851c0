import { createHash } from 'node:crypto';
import type { InferenceSession } from 'onnxruntime-node';
import { neutralRow } from '../features/neutral-row';
import type { Label, ScalarFeature } from '../model';
import { encodeModelFile, type ModelHeader, type OnnxHeader } from '../model-file';
import { OnnxError } from './onnx-error';
import { readOnnxGraph } from './onnx-graph';
import { OnnxModel, onnxAlgorithm } from './onnx-model';
import { OnnxSession } from './onnx-session';
import { chooseOutputs, type OnnxOutputs } from './outputs';
import { tensorShape } from './tensor-type';

/** What the configuration says of an ONNX file. */
export interface OnnxOptions {
  readonly features: readonly ScalarFeature[];
  /** In the order of the probabilities. @default what the file tells */
  readonly classes?: readonly Label[] | undefined;
  /** @default by their types and shapes */
  readonly outputs?: OnnxOutputs | undefined;
}

/** An ONNX file that can be served, and what is known of it. */
export interface ExaminedOnnx {
  readonly file: Uint8Array;
  readonly features: readonly ScalarFeature[];
  /** Undefined for a regression. */
  readonly classes: readonly Label[] | undefined;
  readonly onnx: OnnxHeader;
  /** Ready to predict; to be closed. */
  readonly model: OnnxModel;
}

/**
 * Checks that an ONNX file can be served, and tries it once.
 * @throws {OnnxError} naming what is in the way
 */
export async function examineOnnx(file: Uint8Array, options: OnnxOptions): Promise<ExaminedOnnx> {
  const { features } = options;
  const { labels } = readOnnxGraph(file);
  const session = new OnnxSession(file);
  try {
    const outputs = await session.use(({ outputMetadata }) => meaningOf(outputMetadata, labels, options));
    const { classes, onnx } = outputs;
    const model = new OnnxModel({ features, classes, onnx, session });
    await model.predict([neutralRow(features), neutralRow(features)]).catch((error) => {
      // The file may refuse a made-up row, as an encoder refuses a text that it did not learn.
      if (error instanceof OnnxError) throw error;
    });
    return { file, features, classes, onnx, model };
  } catch (error) {
    session.close();
    throw error;
  }
}

/** What a model file of an ONNX model tells beside the file itself. */
export interface OnnxOrigin extends Pick<ModelHeader, 'model' | 'scores'> {
  readonly createdAt: Date;
  /** Rows that it was scored on. */
  readonly rows: number;
}

/** The bytes of the model file; its fingerprint is that of the ONNX file. */
export function onnxModelFile(
  { file, features, classes, onnx }: Omit<ExaminedOnnx, 'model'>,
  { model, scores, createdAt, rows }: OnnxOrigin,
): Uint8Array {
  return encodeModelFile({
    header: {
      algorithm: onnxAlgorithm,
      model,
      features: features.map(storedFeature),
      classes: classes ? [...classes] : null,
      onnx,
      hyperparameters: {},
      params: {},
      scores,
      data: { sha256: createHash('sha256').update(file).digest('hex'), rows },
      createdAt: createdAt.toISOString(),
    },
    arrays: new Map([['onnx', { dtype: 'bytes', shape: [file.length], values: file }]]),
  });
}

function storedFeature({ name, type, aliases }: ScalarFeature): ModelHeader['features'][number] {
  const named = { name, aliases: [...aliases] };
  return type === 'bool' ? { ...named, type } : { ...named, type };
}

function meaningOf(
  metadata: readonly InferenceSession.ValueMetadata[],
  graphLabels: readonly Label[] | undefined,
  { classes: given, outputs: chosen }: OnnxOptions,
): { readonly classes: readonly Label[] | undefined; readonly onnx: OnnxHeader } {
  const outputs = chooseOutputs(metadata, chosen);
  if (outputs.number !== undefined) {
    if (given) throw new OnnxError("answers a number; leave out the option 'classes'");
    return { classes: undefined, onnx: { outputs, labels: [] } };
  }
  const shapeOf = (name: string | undefined) => {
    const output = metadata.find((candidate) => candidate.name === name);
    return output && tensorShape('output', output);
  };
  const labelType = shapeOf(outputs.label)?.type;
  const width = shapeOf(outputs.probabilities ?? outputs.logits)?.width;
  // A classifier made of others holds their labels, too.
  const fitsLabel = (label: Label) =>
    labelType === undefined || (labelType === 'string') === (typeof label === 'string');
  const isOwn = graphLabels?.every(fitsLabel) && (width === undefined || width === graphLabels.length);
  const own = isOwn ? graphLabels : undefined;
  const classes = given ?? own;
  if (!classes) {
    throw new OnnxError(
      "does not tell its classes; list them by the option 'classes', in the order of the probabilities",
    );
  }
  const count = own?.length ?? width ?? classes.length;
  if (classes.length !== count) {
    throw new OnnxError(`has ${count} classes, but the option 'classes' lists ${classes.length}`);
  }
  return { classes, onnx: { outputs, labels: [...(own ?? namedInFile(classes, labelType))] } };
}

/** What the label output says for each class if the file does not tell: its name, or its number if names are texts. */
function namedInFile(classes: readonly Label[], labelType: string | undefined): readonly Label[] {
  if (labelType === 'string') return classes.map(String);
  return classes.every((label) => typeof label === 'number') ? classes : [...classes.keys()];
}
