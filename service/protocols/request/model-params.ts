import type { ModelParams, ScalarType, ScalarValue } from '../../../learning/model';
import { badRequest } from '../../http/errors';
import { convertField, FieldError, fromJson } from './feature-values';

/**
 * The parameters that a model declares, each with the request's value, else with the model's own; others are ignored.
 * @param given the JSON object of the request, if it has one
 * @param path of that object in the request
 * @returns undefined if the model declares none
 * @throws {HttpError} 400 naming the parameter whose value is not of the type of the model's own
 */
export function paramsFrom(
  own: ModelParams,
  given: Readonly<Record<string, unknown>> | undefined,
  path: string,
): ModelParams | undefined {
  const names = Object.keys(own);
  if (names.length === 0) return undefined;
  const params: Record<string, ScalarValue> = {};
  for (const name of names) {
    const value = own[name] as ScalarValue;
    params[name] =
      given && Object.hasOwn(given, name) ? converted(typeOf(value), `${path}.${name}`, given[name]) : value;
  }
  return params;
}

function converted(type: ScalarType, field: string, value: unknown): ScalarValue {
  try {
    return convertField(fromJson, type, field, value);
  } catch (error) {
    throw error instanceof FieldError ? badRequest(error.message, field) : error;
  }
}

function typeOf(value: ScalarValue): ScalarType {
  if (typeof value === 'number') return 'float';
  return typeof value === 'string' ? 'str' : 'bool';
}
