import { createHash } from 'node:crypto';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { aligned, decodeArray, elementsOf, encodeArray, type ModelArray } from './array-bytes';
import { type Loss, losses } from './linear/loss';
import type { ScalarType } from './model';

/** Bytes that are no intact model file, or a model that cannot be written as one; the message is one line. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

export type { ModelArray };

const magic = 'MODELAPP';
const formatVersion = 1;
const checksumBytes = 32;

/** Where the fixed part of the file keeps what; the header follows it. */
const offset = { magic: 0, version: 8, headerLength: 12, fileLength: 16, header: 24 } as const;

const exact = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

const named = { name: Type.String({ minLength: 1 }), aliases: Type.Array(Type.String()) };

/** A feature as the model was trained on it: a text feature knows the categories it saw. */
const EncodedFeatureSchema = Type.Union([
  exact({ ...named, type: Type.Enum(['float', 'int', 'bool'] satisfies ScalarType[]) }),
  exact({ ...named, type: Type.Literal('str'), categories: Type.Array(Type.String()) }),
]);

/** A feature that is hashed to keys, or that brings keys, or that is handed on, so that nothing is learned about it beforehand. */
const HashedFeatureSchema = exact({ ...named, type: Type.Enum(['float', 'int', 'str', 'bool', 'sparse']) });

const LabelSchema = Type.Union([Type.String(), Type.Number()]);
const CountSchema = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const OnnxSchema = exact({
  outputs: exact({
    number: Type.Optional(Type.String()),
    label: Type.Optional(Type.String()),
    probabilities: Type.Optional(Type.String()),
    logits: Type.Optional(Type.String()),
  }),
  labels: Type.Array(LabelSchema),
});

const headerProperties = {
  algorithm: Type.String({ minLength: 1 }),
  model: Type.String({ minLength: 1 }),
  features: Type.Array(Type.Union([EncodedFeatureSchema, HashedFeatureSchema])),
  classes: Type.Union([Type.Array(LabelSchema), Type.Null()]),
  loss: Type.Optional(Type.Enum(losses as unknown as Loss[])),
  onnx: Type.Optional(OnnxSchema),
  hyperparameters: Type.Record(Type.String(), Type.Number()),
  params: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
  scores: exact({ train: Type.Union([Type.Number(), Type.Null()]), test: Type.Union([Type.Number(), Type.Null()]) }),
  metrics: Type.Optional(Type.Record(Type.String(), Type.Number())),
  data: exact({ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }), rows: CountSchema }),
  createdAt: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' }),
};

const ModelHeaderSchema = exact(headerProperties);
const StoredHeaderSchema = exact({
  ...headerProperties,
  arrays: Type.Array(
    exact({ name: Type.String(), dtype: Type.String(), shape: Type.Array(CountSchema, { minItems: 1 }) }),
  ),
});
const storedHeader = Compile(StoredHeaderSchema);

export type EncodedFeature = Static<typeof EncodedFeatureSchema>;
export type HashedFeature = Static<typeof HashedFeatureSchema>;

/** Which outputs of an ONNX file say what, and what its label output says for each class. */
export type OnnxHeader = Static<typeof OnnxSchema>;

/**
 * What a model file says about its model: `scores` are those on the training rows (null if they are not known) and
 * the test rows (null without any), `metrics` are more of them by name, `loss` is what a linear model was trained for, `data` the SHA-256 and row count of the source, `createdAt` an
 * ISO 8601 UTC time with milliseconds.
 */
export type ModelHeader = Static<typeof ModelHeaderSchema>;

export interface ModelFile {
  readonly header: ModelHeader;
  /** The arrays by name, in the order of the file. */
  readonly arrays: ReadonlyMap<string, ModelArray>;
}

/**
 * Writes a model as the bytes that docs/model-file.md describes; equal models give equal bytes.
 * @throws {ModelFileError} if a number is not finite or an array does not fill its shape
 */
export function encodeModelFile({ header, arrays }: ModelFile): Uint8Array {
  const entries = [...arrays];
  const stored = {
    ...header,
    arrays: entries.map(([name, { dtype, shape }]) => ({ name, dtype, shape: [...shape] })),
  };
  checkHeader(stored);
  for (const [name, array] of entries) {
    if (elements(array.shape) !== elementsOf(array)) {
      throw new ModelFileError(`array '${name}' of shape [${array.shape}] cannot hold ${elementsOf(array)} values`);
    }
  }

  const headerBytes = new TextEncoder().encode(JSON.stringify(stored));
  const arraysStart = aligned(offset.header + headerBytes.length);
  const contents = entries.map(([, array]) => encodeArray(array));
  const bytes = new Uint8Array(arraysStart + contents.reduce((sum, { length }) => sum + length, 0) + checksumBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic), offset.magic);
  view.setUint32(offset.version, formatVersion, true);
  view.setUint32(offset.headerLength, headerBytes.length, true);
  view.setBigUint64(offset.fileLength, BigInt(bytes.length), true);
  bytes.set(headerBytes, offset.header);
  let position = arraysStart;
  for (const content of contents) {
    bytes.set(content, position);
    position += content.length;
  }
  bytes.set(checksum(bytes), position);
  return bytes;
}

/**
 * Reads a model file after checking that every byte is as it was written.
 * @throws {ModelFileError} naming what is wrong, in one line
 */
export function decodeModelFile(bytes: Uint8Array): ModelFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkEnvelope(bytes, view);

  const headerEnd = offset.header + view.getUint32(offset.headerLength, true);
  const arraysEnd = bytes.length - checksumBytes;
  if (headerEnd > arraysEnd) throw new ModelFileError('the header of the model file is longer than the file');
  const { arrays: descriptions, ...header } = parseHeader(bytes.subarray(offset.header, headerEnd));

  const arrays = new Map<string, ModelArray>();
  let position = aligned(headerEnd);
  for (const { name, dtype, shape } of descriptions) {
    if (dtype !== 'float64' && dtype !== 'uint64' && dtype !== 'text' && dtype !== 'bytes') {
      throw new ModelFileError(`array '${name}' has the unknown type '${dtype}'`);
    }
    if (arrays.has(name)) throw new ModelFileError(`array '${name}' is in the model file twice`);
    const decoded = decodeArray(bytes.subarray(0, arraysEnd), position, dtype, shape);
    if (!decoded) throw new ModelFileError(`array '${name}' of shape [${shape}] does not fit into the model file`);
    arrays.set(name, decoded.array);
    position = decoded.end;
  }
  if (position !== arraysEnd) {
    throw new ModelFileError(`${arraysEnd - position} bytes of the model file belong to no array`);
  }
  return { header, arrays };
}

/** Whether the bytes begin as a model file does. */
export const isModelFile = (bytes: Uint8Array): boolean =>
  new TextDecoder('latin1').decode(bytes.subarray(offset.magic, offset.version)) === magic;

/** Magic, format version, length and checksum: after this the content is what was once written. */
function checkEnvelope(bytes: Uint8Array, view: DataView): void {
  if (!isModelFile(bytes)) throw new ModelFileError(`is not a model file: it does not start with '${magic}'`);
  if (bytes.length < offset.header + checksumBytes) {
    throw new ModelFileError(`the model file is cut off: it has only ${bytes.length} bytes`);
  }
  const version = view.getUint32(offset.version, true);
  if (version !== formatVersion) {
    throw new ModelFileError(`the model file has format ${version}, but only format ${formatVersion} can be read`);
  }
  const length = view.getBigUint64(offset.fileLength, true);
  if (length !== BigInt(bytes.length)) {
    throw new ModelFileError(`the model file has ${bytes.length} bytes instead of ${length}`);
  }
  const stored = bytes.subarray(bytes.length - checksumBytes);
  if (!checksum(bytes).equals(stored)) throw new ModelFileError('the model file is damaged: its checksum is wrong');
}

function parseHeader(bytes: Uint8Array): Static<typeof StoredHeaderSchema> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ModelFileError('the header of the model file is not JSON');
  }
  return checkHeader(header);
}

function checkHeader(header: unknown): Static<typeof StoredHeaderSchema> {
  if (storedHeader.Check(header)) return header;
  const error = storedHeader.Errors(header)[0];
  throw new ModelFileError(`the header of the model file is not valid: ${error?.instancePath} ${error?.message}`);
}

const checksum = (bytes: Uint8Array): Buffer =>
  createHash('sha256')
    .update(bytes.subarray(0, bytes.length - checksumBytes))
    .digest();

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
