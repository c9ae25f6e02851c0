import type { Event } from './event';
import { InvalidInputError, quote } from './invalid-input';
import { formatJson, JsonNumber, type JsonObject, type JsonValue } from './json';
import { type EventTime, parseTime } from './time';

/** The events that change an entity's state. */
const entityEvents: ReadonlySet<string> = new Set(['$set', '$unset', '$delete']);

/** Bytes in UTF-8 that the tables and their indexes hold. */
const longest = [
  ['event', 255],
  ['entityType', 255],
  ['entityId', 1024],
  ['targetEntityType', 255],
  ['targetEntityId', 1024],
  ['prId', 1024],
] as const;

const none: JsonObject = new Map();

/**
 * Checks an event and brings it into our form. Unknown fields are ignored.
 * @param notAnObject the message for a value of another kind
 * @throws {InvalidInputError} for the first fault
 */
export function parseEvent(value: JsonValue, notAnObject = 'The request body must be a JSON object.'): Event {
  if (!(value instanceof Map)) throw new InvalidInputError(notAnObject);
  const fields = readFields(value);
  const eventTime = readTime(fields.eventTime);
  checkEmpty(fields);
  if ((fields.targetEntityType === undefined) !== (fields.targetEntityId === undefined)) {
    throw new InvalidInputError('targetEntityType and targetEntityId must be specified together.');
  }
  checkEventName(fields);
  checkReservedNames(fields);
  checkStorable(fields);
  return { ...fields, properties: formatJson(fields.properties), eventTime };
}

type Fields = ReturnType<typeof readFields>;

/** In the order of the output, as the first fault counts. */
const readFields = (value: JsonObject) => ({
  eventId: readOptional(value, 'eventId'),
  event: readRequired(value, 'event'),
  entityType: readRequired(value, 'entityType'),
  entityId: readRequired(value, 'entityId'),
  targetEntityType: readOptional(value, 'targetEntityType'),
  targetEntityId: readOptional(value, 'targetEntityId'),
  properties: readProperties(value),
  eventTime: readOptional(value, 'eventTime'),
  prId: readOptional(value, 'prId'),
});

function readRequired(value: JsonObject, field: string): string {
  const text = readOptional(value, field);
  if (text !== undefined) return text;
  throw new InvalidInputError(
    value.has(field) ? `The required field ${field} cannot be null.` : `The field ${field} is required.`,
  );
}

/** The text of a field, undefined if it is absent or null. */
function readOptional(value: JsonObject, field: string): string | undefined {
  const member = value.get(field) ?? undefined;
  if (member === undefined || typeof member === 'string') return member;
  if (member instanceof JsonNumber) return member.text;
  throw new InvalidInputError(`The field ${field} must be a string.`);
}

function readProperties(value: JsonObject): JsonObject {
  const properties = value.get('properties') ?? none;
  if (properties instanceof Map) return properties;
  throw new InvalidInputError('The field properties must be an object.');
}

function readTime(text: string | undefined): EventTime | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time) return time;
  throw new InvalidInputError(`Fail to extract eventTime ${quote(text)}`);
}

const mayNotBeEmpty = [
  ['event', 'event must not be empty.'],
  ['entityType', 'entityType must not be empty string.'],
  ['entityId', 'entityId must not be empty string.'],
  ['targetEntityType', 'targetEntityType must not be empty string'],
  ['targetEntityId', 'targetEntityId must not be empty string.'],
] as const;

function checkEmpty(fields: Fields): void {
  for (const [field, message] of mayNotBeEmpty) {
    if (fields[field] === '') throw new InvalidInputError(message);
  }
}

const isReserved = (name: string): boolean => name.startsWith('$') || name.startsWith('pio_');

function checkEventName({ event, properties, targetEntityType }: Fields): void {
  if (event === '$unset' && properties.size === 0) {
    throw new InvalidInputError('properties cannot be empty for $unset event');
  }
  if (!isReserved(event)) return;
  if (!entityEvents.has(event)) throw new InvalidInputError(`${quote(event)} is not a supported reserved event name.`);
  if (targetEntityType !== undefined) {
    throw new InvalidInputError(`Reserved event ${event} cannot have targetEntity`);
  }
}

function checkReservedNames(fields: Fields): void {
  for (const field of ['entityType', 'targetEntityType'] as const) {
    const type = fields[field];
    if (type !== undefined && isReserved(type) && type !== 'pio_pr') throw reservedName(field, type);
  }
  for (const name of fields.properties.keys()) if (isReserved(name)) throw reservedName('property', name);
}

const reservedName = (what: string, name: string) =>
  new InvalidInputError(`The ${what} ${quote(name)} is not allowed. 'pio_' is a reserved name prefix.`);

function checkStorable(fields: Fields): void {
  if (fields.eventId !== undefined && !/^(?!\.)[A-Za-z0-9_~:.-]{1,128}$/.test(fields.eventId)) {
    throw new InvalidInputError('eventId must be 1 to 128 of A-Z a-z 0-9 _ ~ : . - and not start with a dot.');
  }
  for (const [field, bytes] of longest) {
    const text = fields[field];
    if (text === undefined) continue;
    // A character has at most three bytes for each of its UTF-16 units.
    if (text.length * 3 > bytes && Buffer.byteLength(text) > bytes) {
      throw new InvalidInputError(`${field} must be at most ${bytes} bytes.`);
    }
    if (suspicious.test(text) && unstorable.test(text)) {
      throw new InvalidInputError(`${field} must not contain U+0000 or a lone surrogate.`);
    }
  }
}

const suspicious = /[\0\ud800-\udfff]/;
/** Slow; with the flag `u` a surrogate of a pair is no character. */
const unstorable = /[\0\p{Surrogate}]/u;
