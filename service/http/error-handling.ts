import type {
  FastifyBaseLogger,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifySchemaValidationError,
} from 'fastify';
import plugin from 'fastify-plugin';
import { readablePath } from '../../config/file/readable-path';
import { maxKeyLength } from '../predictions/log';
import { type Envelope, nativeEnvelope } from './envelopes';
import { HttpError } from './errors';
import { watchRoutes } from './known-routes';

/** The longest id, each of its characters percent-encoded. */
export const maxParamLength = 9 * maxKeyLength;

/** What a schema asks for, where the validator's own words tell it badly or not at all. */
function wordsFor({ keyword, params, message }: FastifySchemaValidationError): string {
  if (keyword === 'type') return `must be ${[params.type].flat().join(' or ')}`;
  if (keyword === 'enum') return `must be one of ${[params.allowedValues].flat().join(', ')}`;
  if (keyword === 'minLength' && params.limit === 1) return 'must not be empty';
  return message ?? 'is not valid';
}

function fromValidation(error: FastifyError): HttpError {
  const fault = error.validation?.[0];
  const path = readablePath(fault?.instancePath ?? '');
  const missing = fault?.params.missingProperty;
  const field = typeof missing === 'string' ? (path ? `${path}.${missing}` : missing) : path;
  const message = typeof missing === 'string' ? 'is required' : fault ? wordsFor(fault) : 'is not valid';
  return field
    ? new HttpError(400, `${field}: ${message}`, { field })
    : new HttpError(400, `the request ${error.validationContext ?? 'body'} ${message}`);
}

/** What the client may know of any failure: its own mistakes in full, ours as a neutral sentence. */
export function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const { validation, statusCode = 500, message, code } = error as FastifyError;
  if (validation) return fromValidation(error as FastifyError);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new HttpError(413, 'the request body is too large');
  // Fastify's own words for these quote the whole URL, keys included.
  if (code === 'FST_ERR_BAD_URL') return new HttpError(400, 'the path is not percent-encoded UTF-8');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return nothingThere;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new HttpError(415, 'the content type is not one; send application/json');
  if (statusCode >= 400 && statusCode < 500) return new HttpError(statusCode, message);
  return new HttpError(500, 'internal server error');
}

/** Answers an error in the protocol's envelope, with its headers. */
export function sendError(reply: FastifyReply, error: HttpError, envelope: Envelope): void {
  reply
    .code(error.status)
    .headers(error.options.headers ?? {})
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(envelope(error));
}

/**
 * Errors in the envelope of the route's protocol; 404 for unknown paths; 405 with `Allow` for known paths asked with
 * another method, which Fastify's router alone would call 404.
 */
export const errorHandling = plugin(async (server: FastifyInstance, { logger }: { logger: FastifyBaseLogger }) => {
  const knownPath = watchRoutes(server, maxParamLength);

  server.setErrorHandler((error, request, reply) => {
    const answer = asHttpError(error);
    if (answer.status === 500) logger.error({ err: error, reqId: request.id }, 'request failed');
    sendError(reply, answer, request.routeOptions.config.envelope ?? nativeEnvelope);
  });

  // Before the handler's own turn Fastify would read the body, and answer 415 or 413 for it.
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const known = knownPath(request.url);
    const answer = known ? notAllowed(request.method, known.methods.join(', ')) : nothingThere;
    sendError(reply, answer, known?.config.envelope ?? nativeEnvelope);
  });
  server.setNotFoundHandler((_request, reply) => sendError(reply, nothingThere, nativeEnvelope));
});

const nothingThere = new HttpError(404, 'there is nothing at this path; GET /docs lists what there is');

const notAllowed = (method: string, allow: string): HttpError =>
  new HttpError(405, `${method} is not allowed here; allowed: ${allow}`, { headers: { allow } });
