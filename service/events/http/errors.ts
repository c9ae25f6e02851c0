import type { FastifyBaseLogger, FastifyError, FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { NothingStoredError, UnknownOutcomeError } from '../../database/commit/outcomes';
import type { Envelope } from '../../http/envelopes';
import { sendError } from '../../http/error-handling';
import { badRequest, HttpError, unavailable } from '../../http/errors';
import { watchRoutes } from '../../http/known-routes';
import { InvalidInputError } from '../format/invalid-input';

/** The longest path parameter: an entity's id of 1024 bytes, all of them percent-encoded. */
export const maxParamLength = 3 * 1024;

export const eventEnvelope: Envelope = ({ message }) => ({ message });

/**
 * What a client may know of any failure: its own mistakes in full, ours as a neutral sentence.
 * @param contentType that the route takes
 */
export function asAnswer(error: unknown, bodyLimit: number, contentType = 'application/json'): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof InvalidInputError) return badRequest(error.message);
  if (error instanceof NothingStoredError || error instanceof UnknownOutcomeError) return unavailable(error.message);
  const { statusCode = 500, message, code } = error as FastifyError;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new HttpError(413, `The request body is larger than ${bodyLimit} bytes.`);
  }
  // Fastify's own words for these quote the whole URL, keys included.
  if (code === 'FST_ERR_BAD_URL') return badRequest('The path of the request is not percent-encoded UTF-8.');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return nothingThere;
  // Fastify's own check of the header comes before ours.
  if (statusCode === 415) return wrongType(contentType);
  if (statusCode >= 400 && statusCode < 500) return new HttpError(statusCode, message);
  return new HttpError(500, 'Internal server error.');
}

export interface ErrorHandlingOptions {
  /** Bytes of a body at most. */
  readonly bodyLimit: number;
  /** Hears of our own defects. */
  readonly logger: FastifyBaseLogger;
}

/** Errors in one shape; 404 for unknown paths and 405 for unknown methods, before anything else is looked at. */
export const errorHandling = plugin(async (server: FastifyInstance, { bodyLimit, logger }: ErrorHandlingOptions) => {
  const knownPath = watchRoutes(server, maxParamLength);
  server.setErrorHandler((error, request, reply) => {
    const answer = asAnswer(error, bodyLimit, request.routeOptions.config.contentType);
    if (answer.status === 500) logger.error({ err: error, reqId: request.id }, 'request failed');
    sendError(reply, answer, eventEnvelope);
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const known = knownPath(request.url);
    sendError(reply, known ? notAllowed(known.methods.join(', ')) : nothingThere, eventEnvelope);
  });
  server.setNotFoundHandler((_request, reply) => sendError(reply, nothingThere, eventEnvelope));
});

export const wrongType = (contentType: string): HttpError =>
  new HttpError(415, `The content type must be ${contentType}.`);

const nothingThere = new HttpError(404, 'The requested resource could not be found.');

const notAllowed = (allow: string): HttpError =>
  new HttpError(405, `HTTP method not allowed, supported methods: ${allow}`, { headers: { allow } });
