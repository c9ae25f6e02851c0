import { InvalidInputError, quote } from '../invalid-input';
import { JsonNumber, type JsonObject, type JsonValue } from '../json';

/** What an event of each type has to say, and what it may; all of it becomes properties. */
const types: Readonly<Record<string, { readonly required: readonly string[]; readonly optional: readonly string[] }>> =
  {
    identify: { required: [], optional: ['traits'] },
    track: { required: ['event'], optional: ['properties'] },
    alias: { required: ['previous_id'], optional: [] },
    page: { required: [], optional: ['name', 'properties'] },
    screen: { required: [], optional: ['name', 'properties'] },
    group: { required: ['group_id'], optional: ['traits'] },
  };

/** These tell of the user alone, so that an anonymous one will not do. */
const ofKnownUsers: ReadonlySet<string> = new Set(['identify', 'alias']);

/**
 * Turns a call of segment.io's webhook into an event that `parseEvent` takes.
 * @param body the JSON body of the request
 * @throws {InvalidInputError} naming what is missing
 */
export function fromSegment(body: JsonValue): JsonObject {
  if (!(body instanceof Map)) throw new InvalidInputError('The request body must be a JSON object.');
  if (isAbsent(body.get('version'))) throw new InvalidInputError('Failed to get segment.io API version.');
  const type = requiredText(body, 'type');
  requiredValue(body, 'sent_at');
  const timestamp = requiredText(body, 'timestamp');
  const fields = Object.hasOwn(types, type) ? types[type] : undefined;
  if (!fields) throw new InvalidInputError(`Cannot convert unknown type ${quote(type)} to event JSON.`);
  const entityId = userOf(body, type);

  const properties: JsonObject = new Map();
  const context = body.get('context');
  if (isWhole(context)) properties.set('context', context);
  for (const field of fields.required) properties.set(field, requiredValue(body, field));
  for (const field of fields.optional) {
    const value = body.get(field);
    if (!isAbsent(value)) properties.set(field, value);
  }
  return new Map<string, JsonValue>([
    ['event', type],
    ['entityType', 'user'],
    ['entityId', entityId],
    ['properties', properties],
    ['eventTime', timestamp],
  ]);
}

const isAbsent = (value: JsonValue | undefined): value is null | undefined => value === undefined || value === null;

function userOf(body: JsonObject, type: string): string {
  if (ofKnownUsers.has(type) || !isAbsent(body.get('user_id'))) return requiredText(body, 'user_id');
  if (!isAbsent(body.get('anonymous_id'))) return requiredText(body, 'anonymous_id');
  throw new InvalidInputError('The field user_id or anonymous_id is required.');
}

function requiredValue(body: JsonObject, field: string): JsonValue {
  const value = body.get(field);
  if (!isAbsent(value)) return value;
  throw new InvalidInputError(`The field ${field} is required.`);
}

function requiredText(body: JsonObject, field: string): string {
  const value = requiredValue(body, field);
  if (typeof value === 'string') return value;
  if (value instanceof JsonNumber) return value.text;
  throw new InvalidInputError(`The field ${field} must be a string.`);
}

/** Whether a context has all that it is kept for. */
function isWhole(context: JsonValue | undefined): context is JsonObject {
  if (!(context instanceof Map)) return false;
  const library = context.get('library');
  if (!(library instanceof Map)) return false;
  return ![context.get('ip'), context.get('user_agent'), library.get('name'), library.get('version')].some(isAbsent);
}
