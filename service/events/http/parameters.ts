import type { FastifyRequest } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { badRequest } from '../../http/errors';
import { quote } from '../format/invalid-input';
import { parseTime } from '../format/time';

/** A parameter of a path whose value may hold anything, line breaks and the ending of the path too. */
export const anything = (name: string): string => `:${name}([\\s\\S]+)`;

/** A parameter of a query: how it is documented, and how it is read. */
interface Parameter<T> {
  readonly schema: TSchema;
  /** @throws {HttpError} 400 */
  readonly read: (values: readonly string[], name: string) => T;
}

type Values<P> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** Of a repeated parameter the first counts. */
export const firstOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

const single = <T>(schema: TSchema, read: (text: string | undefined, name: string) => T): Parameter<T> => ({
  schema: Type.Optional(schema),
  read: ([first], name) => read(first, name),
});

export const text = (description: string): Parameter<string | undefined> =>
  single(Type.String({ description }), (value) => value);

export const texts = (description: string): Parameter<readonly string[]> => ({
  schema: Type.Optional(Type.Array(Type.String(), { description })),
  read: (values) => values,
});

/** A time, in milliseconds since the epoch. */
export const time = (description: string): Parameter<number | undefined> =>
  single(
    Type.String({ format: 'date-time', description: `${description} A \`+\` must come as \`%2B\`.` }),
    (value, name) => {
      if (value === undefined) return undefined;
      const parsed = parseTime(value);
      if (!parsed) throw badRequest(`The parameter ${name} is not a valid time: ${quote(value)}`);
      return parsed.millis;
    },
  );

const yes: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1']);
const no: ReadonlySet<string> = new Set(['false', 'no', 'off', '0']);

export const flag = (description: string): Parameter<boolean> =>
  single(Type.String({ description, enum: [...yes, ...no], default: 'false' }), (value = 'false', name) => {
    const word = value.toLowerCase();
    if (!yes.has(word) && !no.has(word)) throw badRequest(`The parameter ${name} must be true or false.`);
    return yes.has(word);
  });

/** A number of events; Infinity for -1. */
export const pageLimit = (description: string): Parameter<number> =>
  single(Type.Integer({ minimum: -1, default: 20, description }), (value = '20', name) => {
    if (value === '-1') return Number.POSITIVE_INFINITY;
    if (!/^\+?\d+$/.test(value) || Number(value) < 1) {
      throw badRequest(`The parameter ${name} must be -1 or a positive whole number.`);
    }
    return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  });

export const wholeNumber = (description: string, maximum: number): Parameter<number> =>
  single(Type.Integer({ minimum: 1, maximum, default: 20, description }), (value = '20', name) => {
    const number = /^\d+$/.test(value) ? Number(value) : 0;
    if (number < 1 || number > maximum) {
      throw badRequest(`The parameter ${name} must be a whole number from 1 to ${maximum}.`);
    }
    return number;
  });

/** @param read undefined for a text that is no cursor of ours */
export const pageCursor = <T>(read: (value: string) => T | undefined): Parameter<T | undefined> =>
  single(Type.String({ description: 'Where the page starts, from the `Link` of the page before.' }), (value, name) => {
    if (value === undefined) return undefined;
    const position = read(value);
    if (position === undefined) throw badRequest(`The parameter ${name} must be one from a Link header.`);
    return position;
  });

/** The schema of a query with these parameters. */
export const querySchema = (parameters: Readonly<Record<string, Parameter<unknown>>>) =>
  Type.Object(Object.fromEntries(Object.entries(parameters).map(([name, { schema }]) => [name, schema])));

/**
 * Reads the parameters of a request.
 * @throws {HttpError} 400 for the first that is wrong
 */
export function readParameters<P extends Readonly<Record<string, Parameter<unknown>>>>(
  parameters: P,
  { query }: FastifyRequest,
): Values<P> {
  const sent = query as Readonly<Record<string, string | string[] | undefined>>;
  const values = Object.entries(parameters).map(([name, parameter]) => {
    const value = sent[name];
    return [name, parameter.read(value === undefined ? [] : [value].flat(), name)];
  });
  return Object.fromEntries(values) as Values<P>;
}

/** The header that leads to the next page: the same request with a cursor. */
export function linkToNext({ url }: FastifyRequest, next: string): string {
  const [path, query = ''] = url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  parameters.delete('cursor');
  parameters.append('cursor', next);
  return `<${path}?${parameters}>; rel="next"`;
}
