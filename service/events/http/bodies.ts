import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { InvalidInputError } from '../format/invalid-input';
import type { JsonValue } from '../format/json';
import { parseJson } from '../format/parse-json';
import { wrongType } from './errors';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The content type that bodies must have. @default any, as the route has no body */
    contentType?: 'application/json' | 'application/x-www-form-urlencoded';
  }
}

/** Reads bodies of all types as bytes, so that one over the limit is 413 whatever its type; then looks at the type. */
export const bodies = plugin(async (server: FastifyInstance) => {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.addHook('preValidation', (request, _reply, done) => {
    const { contentType } = request.routeOptions.config;
    done(contentType === undefined || hasType(request, contentType) ? undefined : wrongType(contentType));
  });
});

function hasType({ headers }: FastifyRequest, contentType: string): boolean {
  const sent = headers['content-type'] ?? '';
  return sent === contentType || sent.split(';', 1)[0]?.trim().toLowerCase() === contentType;
}

/** The bytes of a body; none if there is no body. */
export const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

/** @throws {JsonSyntaxError} telling where the body stops being JSON */
export const jsonOf = (request: FastifyRequest): JsonValue => parseJson(bodyOf(request));

/** @throws {InvalidInputError} for bytes that are no UTF-8, which would become other characters */
export function formOf(request: FastifyRequest): URLSearchParams {
  const body = bodyOf(request);
  const decoded = body
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  if (isUtf8(body) && isUtf8(Buffer.from(decoded, 'latin1'))) return new URLSearchParams(body.toString());
  throw new InvalidInputError('The request body is not a form in UTF-8.');
}
