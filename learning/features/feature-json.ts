import type { ScalarType, ScalarValue } from '../model';
import { parseFeature } from './feature-text';

/**
 * Reads the value of a feature from parsed JSON, by the rules of requests: texts convert as in {@link parseFeature}, and
 * a `str` may be a number or a truth value.
 *
 * @returns undefined if the value is not of that type
 */
export function featureFromJson(type: ScalarType, value: unknown): ScalarValue | undefined {
  if (typeof value === 'string') return parseFeature(type, value);
  switch (type) {
    case 'float':
      return Number.isFinite(value) ? (value as number) : undefined;
    case 'int':
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case 'str':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
  }
}
