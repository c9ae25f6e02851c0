import type { Feature, Row } from '../../../learning/model';
import { badRequest } from '../../http/errors';
import { FieldError, rowFromObject } from '../request/feature-values';
import type { SentQuery } from './query';

/** The JSON type of an attribute; nothing is converted, as a number in quotes is a mistake. */
const jsonTypes = { float: 'number', int: 'number', str: 'string', bool: 'boolean', sparse: undefined } as const;

/**
 * The features of a classification query, each under its name or an alias.
 * @throws {HttpError} 400 naming the attribute that is missing or of the wrong type
 */
export function attributesOf(features: readonly Feature[], query: SentQuery): Row {
  for (const { name, type, aliases } of features) {
    const wanted = jsonTypes[type];
    for (const field of wanted ? [name, ...aliases] : []) {
      if (Object.hasOwn(query, field) && typeof query[field] !== wanted) {
        throw badRequest(`${field}: must be a ${wanted}`, field);
      }
    }
  }
  try {
    return rowFromObject(features, query);
  } catch (error) {
    throw error instanceof FieldError ? badRequest(error.message, error.field) : error;
  }
}
