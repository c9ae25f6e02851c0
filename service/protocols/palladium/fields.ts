import type { FastifyRequest } from 'fastify';
import { badRequest } from '../../http/errors';
import { ConversionError, fromJson, isObject } from '../request/feature-values';

const yes = new Set(['1', 't', 'true']);
const no = new Set(['0', 'f', 'false']);

/** The fields of a request: those of its form or JSON object, else those of its query. */
export class Fields {
  readonly #sources: readonly Readonly<Record<string, unknown>>[];

  /** @throws {HttpError} 400 if the body is JSON, but no object */
  constructor({ body, query }: FastifyRequest) {
    const fields = body ?? {};
    if (!isObject(fields)) throw badRequest('the body must be an object', 'body');
    this.#sources = [fields, query as Readonly<Record<string, unknown>>];
  }

  /** `1 t true` or `0 f false` in any case. */
  boolean(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const word = typeof value === 'object' ? '' : String(value).toLowerCase();
    if (!yes.has(word) && !no.has(word)) {
      throw badRequest(`${name}: must be 1, t or true, or 0, f or false`, name);
    }
    return yes.has(word);
  }

  number(name: string): number | undefined {
    return this.#converted('float', name);
  }

  integer(name: string): number | undefined {
    return this.#converted('int', name);
  }

  #converted(type: 'float' | 'int', name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    try {
      return fromJson(type, value) as number;
    } catch (error) {
      if (error instanceof ConversionError) throw badRequest(`${name}: ${error.message}`, name);
      throw error;
    }
  }

  /** The first one if it is repeated. */
  #value(name: string): unknown {
    const source = this.#sources.find((fields) => Object.hasOwn(fields, name));
    const value = source?.[name];
    return Array.isArray(value) ? value[0] : value;
  }
}
