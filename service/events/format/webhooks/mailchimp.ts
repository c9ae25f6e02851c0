import { InvalidInputError, quote } from '../invalid-input';
import type { JsonObject, JsonValue } from '../json';
import { parseTime } from '../time';

/** The type of a thing, and which field holds its id. */
type Reference = readonly [type: string, idField: string];

interface Conversion {
  readonly entity: Reference;
  readonly target?: Reference;
  /** Fields that become properties of the same name, if they are there. */
  readonly properties: readonly string[];
  readonly renamed?: Readonly<Record<string, string>>;
}

const subscriber: Pick<Conversion, 'entity' | 'target'> = { entity: ['user', 'id'], target: ['list', 'list_id'] };
const profile = ['email', 'email_type', 'merges', 'ip_opt'];

const types: Readonly<Record<string, Conversion>> = {
  subscribe: { ...subscriber, properties: [...profile, 'ip_signup'] },
  profile: { ...subscriber, properties: profile },
  unsubscribe: { ...subscriber, properties: [...profile, 'action', 'reason', 'campaign_id'] },
  upemail: { entity: ['user', 'new_id'], target: ['list', 'list_id'], properties: ['new_email', 'old_email'] },
  cleaned: {
    entity: ['list', 'list_id'],
    properties: ['campaign_id', 'reason', 'email'],
    renamed: { campaign_id: 'campaignId' },
  },
  campaign: { entity: ['campaign', 'id'], target: ['list', 'list_id'], properties: ['subject', 'status', 'reason'] },
};

/** Objects within `merges` lie this deep in each other at most. */
const maxDepth = 10;

/**
 * Turns a call of MailChimp's webhook into an event that `parseEvent` takes.
 * @param form the fields of the request, such as `data[merges][FNAME]`; of a repeated one the first counts
 * @throws {InvalidInputError} naming the field that is missing or wrong
 */
export function fromMailChimp(form: Iterable<readonly [string, string]>): JsonObject {
  const fields = firstOfEach(form);
  const type = required(fields, 'type');
  const conversion = Object.hasOwn(types, type) ? types[type] : undefined;
  if (!conversion) {
    throw new InvalidInputError(`Cannot convert unknown MailChimp data type ${quote(type)} to event JSON`);
  }
  const { entity, target, properties, renamed = {} } = conversion;
  const eventTime = readTime(required(fields, 'fired_at'));
  const event = new Map<string, JsonValue>([
    ['event', type],
    ['entityType', entity[0]],
    ['entityId', required(fields, `data[${entity[1]}]`)],
  ]);
  if (target) event.set('targetEntityType', target[0]).set('targetEntityId', required(fields, `data[${target[1]}]`));
  const kept: JsonObject = new Map();
  for (const name of properties) {
    const value = name === 'merges' ? readMerges(fields) : fields.get(`data[${name}]`);
    if (value !== undefined) kept.set(renamed[name] ?? name, value);
  }
  return event.set('properties', kept).set('eventTime', eventTime);
}

function firstOfEach(form: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of form) if (!fields.has(name)) fields.set(name, value);
  return fields;
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (value) return value;
  throw new InvalidInputError(`The field '${name}' is required for MailChimp data.`);
}

/** MailChimp writes `2009-03-26 21:35:57` and means UTC. */
function readTime(text: string): string {
  const time = `${text.replace(' ', 'T')}Z`;
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) && parseTime(time)) return time;
  throw new InvalidInputError(`The field 'fired_at' must be a time like 2009-03-26 21:35:57, not ${quote(text)}`);
}

/** `data[merges][GROUPINGS][0][name]` is an object within an object. */
function readMerges(fields: ReadonlyMap<string, string>): JsonObject | undefined {
  const merges: JsonObject = new Map();
  for (const [field, value] of fields) {
    const path = /^data\[merges\]\[(.*)\]$/s.exec(field)?.[1]?.split('][');
    if (!path) continue;
    if (path.length > maxDepth) throw new InvalidInputError(`The field '${quote(field)}' is nested too deep.`);
    const last = path.pop()!;
    let object = merges;
    for (const name of path) object = objectAt(object, name, field);
    if (object.has(last)) throw clash(field);
    object.set(last, value);
  }
  return merges.size > 0 ? merges : undefined;
}

function objectAt(parent: JsonObject, name: string, field: string): JsonObject {
  const child = parent.get(name) ?? new Map<string, JsonValue>();
  if (!(child instanceof Map)) throw clash(field);
  parent.set(name, child);
  return child;
}

const clash = (field: string) => new InvalidInputError(`The field '${quote(field)}' is both a value and an object.`);
