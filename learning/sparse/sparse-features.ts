/**
 * Sparse features of a sample as people write them: the value of each by its key, an unsigned 64-bit integer in decimal
 * digits, or by its name, whose hash is the key. JSON holds such keys exactly, as it does not hold large numbers.
 */
export type SparseFeatures = Readonly<Record<string, number>>;

/** Sparse features that cannot be read; the message completes "features: ". */
export class SparseFeaturesError extends Error {
  override readonly name = 'SparseFeaturesError';
}

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const digits = /^\d+$/;

/** Exclusive upper bound of keys. */
const keyLimit = 2n ** 64n;

/** Whether a text stands for a key as it is, rather than for a name that is hashed. */
export const isKeyText = (text: string): boolean => digits.test(text);

/**
 * Reads `id:value id …`, separated by blanks, as lines of LIBSVM and VW have it behind the label; without a value it
 * is 1. An id is a key or a name. A value belongs to the last colon: `user^a:b` has none unless `b` is a number.
 * @throws {SparseFeaturesError}
 */
export function sparseFromText(text: string): SparseFeatures {
  const collector = new Collector();
  for (const token of text.split(/\s+/)) {
    if (token === '') continue;
    const colon = token.lastIndexOf(':');
    const value = token.slice(colon + 1);
    if (colon > 0 && number.test(value)) collector.add(token.slice(0, colon), Number(value));
    else if (isKeyText(token.slice(0, Math.max(0, colon)))) throw malformed(`${shown(token)} has no number behind ':'`);
    else collector.add(token, 1);
  }
  return collector.features;
}

/**
 * Reads what JSON may hold: an object of values by key or name, a list of keys and names with the value 1, or a text as
 * in {@link sparseFromText}.
 * @throws {SparseFeaturesError}
 */
export function sparseFromJson(json: unknown): SparseFeatures {
  if (typeof json === 'string') return sparseFromText(json);
  const collector = new Collector();
  if (Array.isArray(json)) {
    for (const id of json) collector.add(idOf(id), 1);
  } else if (typeof json === 'object' && json !== null) {
    for (const [id, value] of Object.entries(json)) collector.add(id, value);
  } else {
    throw malformed('must be an object of values by key or name, a list of keys, or a text such as "3:1 11:0.5"');
  }
  return collector.features;
}

/**
 * Puts parallel lists together; an id that comes twice adds up.
 * @throws {SparseFeaturesError}
 */
export function sparseFromLists(ids: readonly unknown[], values: readonly unknown[] | undefined): SparseFeatures {
  const collector = new Collector();
  for (const [i, id] of ids.entries()) collector.add(idOf(id), values ? values[i] : 1);
  return collector.features;
}

/** Texts stay; a number is taken only where it is certain to be the one that was meant. */
function idOf(id: unknown): string {
  if (typeof id === 'string') return id;
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return String(id);
  if (typeof id === 'number' && Number.isInteger(id) && id > 0) {
    throw malformed(`the key ${id} is beyond 2^53 - 1, where JSON numbers are not exact; send it as a string`);
  }
  throw malformed(`${shown(id)} is no key; send a whole number from 0, or a string`);
}

/** Adds up values by key. Leading zeros fall, so that one key is one entry. */
class Collector {
  readonly features: Record<string, number> = Object.create(null);

  add(text: string, value: unknown): void {
    const id = isKeyText(text) ? keyText(text) : text;
    if (id === '') throw malformed('a key is empty');
    if (!Number.isFinite(value)) throw malformed(`the value of ${shown(text)} must be a finite number`);
    this.features[id] = (this.features[id] ?? 0) + (value as number);
  }
}

function keyText(text: string): string {
  if (text.length < 16) return String(Number(text));
  const key = BigInt(text);
  if (key >= keyLimit) throw malformed(`the key ${shown(text)} is beyond 2^64 - 1`);
  return String(key);
}

const malformed = (message: string): SparseFeaturesError => new SparseFeaturesError(message);

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Features as a text that {@link sparseFromText} reads back: `3:1 11:0.5`. */
export const sparseText = (features: SparseFeatures): string =>
  Object.entries(features)
    .map(([id, value]) => `${id}:${value}`)
    .join(' ');
