import { badRequest } from '../../http/errors';
import { convertField, FieldError, fromJson, isObject } from '../request/feature-values';

/** What every query for items may restrict; absent if it does not. */
export interface Restrictions {
  /** An item must be in one of them. */
  readonly categories?: ReadonlySet<string> | undefined;
  /** An item must be in none of them. */
  readonly categoryBlackList?: ReadonlySet<string> | undefined;
  readonly whiteList?: ReadonlySet<string> | undefined;
  readonly blackList?: ReadonlySet<string> | undefined;
}

/** The best items for a user. */
export interface UserQuery extends Restrictions {
  readonly user: string;
  /** How many items are wanted at most. */
  readonly num: number;
}

/** The items most like some others. */
export interface SimilarQuery extends Restrictions {
  readonly items: readonly string[];
  readonly num: number;
}

/** A query as it was sent. */
export type SentQuery = Readonly<Record<string, unknown>>;

/** Deeper values would not fit in the prediction log. */
const deepest = 100;

/** @throws {HttpError} 400 if it is no JSON object, or nested too deeply to be logged */
export function checkedQuery(body: unknown): SentQuery {
  if (!isObject(body)) throw badRequest('the query must be a JSON object');
  if (isDeeperThan(deepest, body)) throw badRequest(`the query is nested deeper than ${deepest} levels`);
  return body;
}

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner)));

/** @throws {HttpError} 400 naming the field that is missing or of the wrong type */
export const recommendationQuery = (query: SentQuery): UserQuery => ({
  user: idOf('user', required(query, 'user')),
  num: numOf(query),
  blackList: setOf(query, 'blackList'),
});

/** @throws {HttpError} 400 naming the field that is missing or of the wrong type */
export const similarProductQuery = (query: SentQuery): SimilarQuery => ({
  items: idsOf('items', required(query, 'items')),
  num: numOf(query),
  categories: setOf(query, 'categories'),
  categoryBlackList: setOf(query, 'categoryBlackList'),
  whiteList: setOf(query, 'whiteList'),
  blackList: setOf(query, 'blackList'),
});

/** @throws {HttpError} 400 naming the field that is missing or of the wrong type */
export const ecommerceQuery = (query: SentQuery): UserQuery => ({
  ...recommendationQuery(query),
  categories: setOf(query, 'categories'),
  whiteList: setOf(query, 'whiteList'),
});

/** Ties the query to what is known of it elsewhere, and becomes a field of the feedback event, which limits its size. */
const longestPrId = 1024;

/** @throws {HttpError} 400 if it has a `prId` that is no id, or too long for an event */
export function checkPrId(query: SentQuery): void {
  const sent = optional(query, 'prId');
  if (sent === undefined) return;
  if (Buffer.byteLength(idOf('prId', sent)) > longestPrId) {
    throw badRequest(`prId: is longer than ${longestPrId} bytes`, 'prId');
  }
}

function required(query: SentQuery, field: string): unknown {
  if (Object.hasOwn(query, field)) return query[field];
  throw badRequest(`${field}: is required`, field);
}

/** Clients write null for what they leave out. */
const optional = (query: SentQuery, field: string): unknown =>
  Object.hasOwn(query, field) ? (query[field] ?? undefined) : undefined;

function numOf(query: SentQuery): number {
  const field = 'num';
  let num: number;
  try {
    num = convertField(fromJson, 'int', field, required(query, field)) as number;
  } catch (error) {
    throw error instanceof FieldError ? badRequest(error.message, field) : error;
  }
  if (num < 0) throw badRequest('num: must not be below 0', field);
  return num;
}

function setOf(query: SentQuery, field: string): ReadonlySet<string> | undefined {
  const list = optional(query, field);
  return list === undefined ? undefined : new Set(idsOf(field, list));
}

function idsOf(field: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw badRequest(`${field}: must be a list of ids`, field);
  return value.map((id, i) => idOf(`${field}[${i}]`, id));
}

/** Ids are text: 7 and `"7"` are the same. */
function idOf(field: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (Number.isSafeInteger(value)) return String(value);
  const isLarge = typeof value === 'number' && Number.isInteger(value);
  throw badRequest(
    `${field}: ${isLarge ? 'is beyond ±(2^53 - 1); send it as a string' : 'must be a string or a whole number'}`,
    field,
  );
}
