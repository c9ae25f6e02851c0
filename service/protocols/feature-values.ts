import type { Feature, FeatureType, FeatureValue, Row } from '../../learning/model';

/** A value that does not convert; the protocol says where it stood. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError';
}

/** How values convert; the rules are the same for all protocols. */
export interface ConversionOptions {
  /** Accept NaN and infinities as float. @default false */
  readonly allowNonFinite?: boolean;
}

const decimal = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const nonFinite = /^\s*[+-]?(nan|inf|infinity)\s*$/i;
const integer = /^\s*[+-]?\d+\s*$/;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
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
  }
}

/**
 * A value from JSON.
 * @throws {ConversionError}
 */
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
  }
}

/** The fault of one field of a sample. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  constructor(
    readonly field: string,
    readonly fault: string,
  ) {
    super(`${field}: ${fault}`);
  }
}

/**
 * Reads the features of one JSON object by name or alias, in the model's order; other keys are ignored.
 * @throws {FieldError} naming the feature that is missing, does not convert, or differs from its alias
 */
export function rowFromObject(
  features: readonly Feature[],
  sample: Readonly<Record<string, unknown>>,
  options?: ConversionOptions,
): Row {
  const row = new Array<FeatureValue>(features.length);
  for (let i = 0; i < features.length; i += 1) {
    row[i] = featureFromObject(features[i] as Feature, sample, options);
  }
  return row;
}

function featureFromObject(
  feature: Feature,
  sample: Readonly<Record<string, unknown>>,
  options?: ConversionOptions,
): FeatureValue {
  let value: FeatureValue | undefined;
  for (let i = -1; i < feature.aliases.length; i += 1) {
    const name = i < 0 ? feature.name : (feature.aliases[i] as string);
    if (!Object.hasOwn(sample, name)) continue;
    const read = convertField(feature, name, sample[name], options);
    if (value !== undefined && !Object.is(value, read)) {
      throw new FieldError(name, `differs from '${feature.name}', which is the same feature; send one of them`);
    }
    value = read;
  }
  if (value === undefined) throw new FieldError(feature.name, 'is required');
  return value;
}

function convertField(feature: Feature, name: string, raw: unknown, options?: ConversionOptions): FeatureValue {
  try {
    return fromJson(feature.type, raw, options);
  } catch (error) {
    if (error instanceof ConversionError) throw new FieldError(name, error.message);
    throw error;
  }
}

/** Whether a parsed JSON value is an object, neither a list nor null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
