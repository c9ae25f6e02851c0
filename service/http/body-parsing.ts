import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { badRequest, HttpError } from './errors';

const jsonType = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i;

/** 415 unless the request's charset, if it names one, is UTF-8. */
export function requireUtf8(request: FastifyRequest): void {
  const type = request.headers['content-type'];
  if (!type?.includes(';')) return;
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new HttpError(415, `the charset must be utf-8, not ${charset}`);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws {HttpError} 400 for bytes that are no UTF-8, which would become other characters */
export function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw badRequest('the request body is not UTF-8');
  }
}

/** @throws {HttpError} 400, saying where the text stops being JSON */
export function parseJson(text: string): unknown {
  if (text === '') throw badRequest('the request body is empty; send JSON');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the request body is not valid JSON: ${(error as Error).message}`);
  }
}

/**
 * Takes JSON bodies and refuses all others with 415. A body of any type is read first, so that one over the limit is
 * 413 whatever its type. Protocols that take more types add parsers in their own scope.
 */
export const bodyParsing = plugin(async (server: FastifyInstance) => {
  server.removeAllContentTypeParsers();
  // The exact type has a fast lookup of its own; the pattern is for `application/*+json`.
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, jsonParser);
  server.addContentTypeParser<Buffer>(jsonType, { parseAs: 'buffer' }, jsonParser);
  server.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, _body, done) => {
    const type = request.headers['content-type'];
    done(new HttpError(415, `the content type must be application/json${type ? `, not ${type}` : ''}`));
  });
});

function jsonParser(request: FastifyRequest, body: Buffer, done: (error: Error | null, body?: unknown) => void): void {
  let parsed: unknown;
  try {
    requireUtf8(request);
    parsed = parseJson(textOf(body));
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, parsed);
}
