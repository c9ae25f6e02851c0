import Type from 'typebox';
import { isTextModel } from '../../../config/models/algorithms/classifier';
import { badRequest } from '../../http/errors';
import type { ServedModel } from '../../models/served-models';
import { maxKeyLength } from '../../predictions/log';
import { ConversionError, fromJson } from '../request/feature-values';

/** A user, an item or a count as Velox takes them. */
export type SentInteger = string | number;

/** An item: an integer or its text, of a text model any text. */
export const SentItemSchema = (description: string) =>
  Type.Unsafe<SentInteger>({
    type: ['string', 'integer'],
    description: `${description} An integer or its text; of a text model the text itself.`,
  });

/** An integer, or its text. */
export const SentIntegerSchema = (description: string) =>
  Type.Unsafe<SentInteger>({ type: ['string', 'integer'], description: `${description} An integer or its text.` });

/** A number, or its text. */
export const SentNumberSchema = (description: string) =>
  Type.Unsafe<string | number>({ type: ['string', 'number'], description: `${description} A number or its text.` });

const integer = /^[+-]?\d+$/;

/**
 * The id that an integer or its text stands for: 7, `"7"` and `"+07"` are one user. Text may be beyond ±(2^53 − 1).
 * @throws {HttpError} 400 naming the field
 */
export function idOf(value: SentInteger, field: string): string {
  if (typeof value === 'string' && value.length > maxKeyLength) {
    throw badRequest(`${field}: is longer than ${maxKeyLength} characters`, field);
  }
  if (typeof value === 'string' && integer.test(value)) return BigInt(value).toString();
  return String(converted('int', value, field));
}

/**
 * The item that was sent: of a text model any text, else an id.
 * @throws {HttpError} 400 naming the field
 */
export const itemOf = ({ config }: Pick<ServedModel, 'config'>, value: SentInteger, field: string): string =>
  isTextModel(config) ? String(value) : idOf(value, field);

/** @throws {HttpError} 400 naming the field */
export const integerOf = (value: SentInteger, field: string): number => converted('int', value, field);

/** @throws {HttpError} 400 naming the field */
export const numberOf = (value: string | number, field: string): number => converted('float', value, field);

function converted(type: 'int' | 'float', value: unknown, field: string): number {
  try {
    return fromJson(type, value) as number;
  } catch (error) {
    if (error instanceof ConversionError) throw badRequest(`${field}: ${error.message}`, field);
    throw error;
  }
}
