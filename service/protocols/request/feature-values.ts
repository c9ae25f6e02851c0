import type { Feature, FeatureType, FeatureValue, Row, ScalarType, ScalarValue } from '../../../learning/model';
import {
  type SparseFeatures,
  SparseFeaturesError,
  sparseFromJson,
  sparseFromText,
} from '../../../learning/sparse/sparse-features';

/** A value that does not convert; the protocol says where it stood. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError';
}

/** What a value of a type is once it is converted. */
export type ValueOf<T extends FeatureType> = T extends ScalarType ? ScalarValue : FeatureValue;

/** How values convert; the rules are the same for all protocols. */
export interface ConversionOptions {
  /** Accept NaN and infinities as float. @default false */
  readonly allowNonFinite?: boolean;
}

// Each character can match in one way only, so that a long text costs no more than its length.
const decimal = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;
const nonFinite = /^\s*[+-]?(nan|inf|infinity)\s*$/i;
const integer = /^[+-]?\d+$/;

/** The value in a message. JSON has no word for infinities, which a number such as 1e999 becomes. */
const shown = (value: unknown): string => {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

function safeInteger(value: number, original: unknown): number {
  if (!Number.isSafeInteger(value)) {
    throw new ConversionError(`${shown(original)} is beyond ±(2^53 - 1); send large ids as strings`);
  }
  return value === 0 ? 0 : value;
}

function floatFromText(text: string, { allowNonFinite = false }: ConversionOptions): number {
  if (decimal.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value) || allowNonFinite) return value;
    throw new ConversionError(`${shown(text)} is not finite`);
  }
  if (allowNonFinite && nonFinite.test(text)) {
    const name = text.trim().toLowerCase();
    if (name.endsWith('nan')) return Number.NaN;
    return name.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  throw new ConversionError(`${shown(text)} is not a number`);
}

function integerFromText(text: string): number {
  if (!integer.test(text)) throw new ConversionError(`${shown(text)} is not a whole number`);
  return safeInteger(Number(text), text);
}

/**
 * A value from text: a query parameter, a form field, a CSV cell.
 * @throws {ConversionError}
 */
export function fromText<T extends FeatureType>(type: T, text: string, options?: ConversionOptions): ValueOf<T>;
export function fromText(type: FeatureType, text: string, options: ConversionOptions = {}): FeatureValue {
  switch (type) {
    case 'float':
      return floatFromText(text, options);
    case 'int':
      return integerFromText(text);
    case 'str':
      return text;
    case 'bool':
      return text.toLowerCase() === 'true';
    case 'sparse':
      return sparse(() => sparseFromText(text));
  }
}

/**
 * A value from JSON.
 * @throws {ConversionError}
 */
export function fromJson<T extends FeatureType>(type: T, value: unknown, options?: ConversionOptions): ValueOf<T>;
export function fromJson(type: FeatureType, value: unknown, options: ConversionOptions = {}): FeatureValue {
  switch (type) {
    case 'float':
      if (typeof value === 'number' && (Number.isFinite(value) || options.allowNonFinite)) return value;
      if (typeof value === 'string') return floatFromText(value, options);
      throw new ConversionError(`${shown(value)} is not a number`);
    case 'int':
      if (typeof value === 'number' && Number.isInteger(value)) return safeInteger(value, value);
      if (typeof value === 'string') return integerFromText(value);
      throw new ConversionError(`${shown(value)} is not a whole number`);
    case 'str':
      if (typeof value === 'string') return value;
      if (typeof value === 'number' || typeof value === 'boolean') return String(value);
      throw new ConversionError(`${shown(value)} is not a text`);
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (typeof value === 'string') return value.toLowerCase() === 'true';
      throw new ConversionError(`${shown(value)} is not a boolean`);
    case 'sparse':
      return sparse(() => sparseFromJson(value));
  }
}

function sparse(read: () => SparseFeatures): SparseFeatures {
  try {
    return read();
  } catch (error) {
    throw error instanceof SparseFeaturesError ? new ConversionError(error.message) : error;
  }
}

/** The fault of one field of a sample. */
export class FieldError extends Error {
  override readonly name: string = 'FieldError';
  constructor(
    readonly field: string,
    readonly fault: string,
  ) {
    super(`${field}: ${fault}`);
  }
}

/** A field that the sample does not have, under none of its names. */
export class MissingFieldError extends FieldError {
  override readonly name = 'MissingFieldError';
  constructor(field: string) {
    super(field, 'is required');
  }
}

/** How one value converts: `fromText` or `fromJson`. */
export type Conversion<Raw> = <T extends FeatureType>(type: T, value: Raw, options?: ConversionOptions) => ValueOf<T>;

/**
 * Reads the features of one JSON object by name or alias, in the model's order; other keys are ignored.
 * @throws {FieldError} naming the feature that is missing, does not convert, or differs from its alias
 */
export const rowFromObject = (
  features: readonly Feature[],
  sample: Readonly<Record<string, unknown>>,
  options?: ConversionOptions,
): Row => rowFrom(fromJson, features, sample, options);

/**
 * The same from texts by name: query parameters, a line of CSV.
 * @throws {FieldError} naming the feature that is missing, does not convert, or differs from its alias
 */
export const rowFromTexts = (
  features: readonly Feature[],
  sample: Readonly<Record<string, string>>,
  options?: ConversionOptions,
): Row => rowFrom(fromText, features, sample, options);

function rowFrom<Raw>(
  convert: Conversion<Raw>,
  features: readonly Feature[],
  sample: Readonly<Record<string, Raw>>,
  options?: ConversionOptions,
): Row {
  const row = new Array<FeatureValue>(features.length);
  for (let i = 0; i < features.length; i += 1) {
    row[i] = featureFrom(convert, features[i] as Feature, sample, options);
  }
  return row;
}

function featureFrom<Raw>(
  convert: Conversion<Raw>,
  { name, type, aliases }: Feature,
  sample: Readonly<Record<string, Raw>>,
  options?: ConversionOptions,
): FeatureValue {
  let value: FeatureValue | undefined;
  for (let i = -1; i < aliases.length; i += 1) {
    const field = i < 0 ? name : (aliases[i] as string);
    if (!Object.hasOwn(sample, field)) continue;
    const read = convertField(convert, type, field, sample[field] as Raw, options);
    if (value !== undefined && !sameValue(value, read)) {
      throw new FieldError(field, `differs from '${name}', which is the same feature; send one of them`);
    }
    value = read;
  }
  if (value === undefined) throw new MissingFieldError(name);
  return value;
}

/** NaN is the same as NaN, and 0 as -0. */
function sameValue(a: FeatureValue, b: FeatureValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b || Object.is(a, b);
  const ids = Object.keys(a);
  return ids.length === Object.keys(b).length && ids.every((id) => a[id] === b[id]);
}

/** Converts a value that stands at `field`. @throws {FieldError} */
export function convertField<Raw, T extends FeatureType>(
  convert: Conversion<Raw>,
  type: T,
  field: string,
  raw: Raw,
  options?: ConversionOptions,
): ValueOf<T> {
  try {
    return convert(type, raw, options);
  } catch (error) {
    if (error instanceof ConversionError) throw new FieldError(field, error.message);
    throw error;
  }
}

/** Whether a parsed JSON value is an object, neither a list nor null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
