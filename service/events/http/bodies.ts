import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
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
