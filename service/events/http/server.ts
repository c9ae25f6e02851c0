import cors from '@fastify/cors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import type { HttpConfig } from '../../../config/schema';
import { sendError } from '../../http/error-handling';
import { malformed, unreadableRequests } from '../../http/unreadable-requests';
import type { EventContext } from '../context';
import { batch } from '../routes/batch';
import { entities } from '../routes/entities';
import { events } from '../routes/events';
import { operation } from '../routes/operation';
import { webhooks } from '../routes/webhooks';
import { access } from './access';
import { bodies } from './bodies';
import { documentation } from './documentation';
import { asAnswer, errorHandling, eventEnvelope, maxParamLength } from './errors';

export interface ServerOptions {
  readonly context: EventContext;
  /** Timeouts of connections. */
  readonly http: HttpConfig;
  readonly logger: FastifyBaseLogger;
}

/** The event server, not yet listening: the rules that hold for all routes, then the routes. */
export async function createServer({ context, http, logger }: ServerOptions): Promise<FastifyInstance> {
  const { bodyLimit, corsOrigins } = context.config;
  const server = Fastify({
    // With a logger of its own Fastify would listen for the end of every response, to log none of them.
    logger: false,
    bodyLimit,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: http.keepAliveTimeoutMs,
    // Also ends lists whose clients have stopped taking them, which hold a connection to the database.
    connectionTimeout: http.headersTimeoutMs,
    requestTimeout: http.requestTimeoutMs,
    frameworkErrors: (error, _request, reply) =>
      sendError(reply as FastifyReply, asAnswer(error, bodyLimit), eventEnvelope),
    clientErrorHandler: unreadableRequests(eventEnvelope),
    // Node would answer a request without `Host` itself, without a body.
    http: { headersTimeout: http.headersTimeoutMs, requireHostHeader: false },
  });
  // Events and parameters are checked by code of their own, for the messages that clients know.
  server.setValidatorCompiler(() => () => true);
  addResponseRules(server, context);
  if (corsOrigins.length > 0) {
    await server.register(cors, {
      origin: [...corsOrigins],
      methods: ['GET', 'POST', 'DELETE'],
      exposedHeaders: ['Link', 'Retry-After'],
      maxAge: 600,
      // What is no question of a browser's would be answered in plain text.
      strictPreflight: false,
    });
  }
  await server.register(errorHandling, { bodyLimit, logger });
  await server.register(access, { keys: context.keys });
  await server.register(bodies);
  await server.register(documentation, { version: context.version });
  for (const routes of [operation, events, batch, entities, webhooks]) await server.register(routes, { context });
  return server;
}

/** Requests counted by route, those without `Host` refused, and no keep-alive towards the end. */
function addResponseRules(server: FastifyInstance, { lifecycle, onAnswer }: EventContext): void {
  server.addHook('onRequest', ({ headers, raw }, reply, done) => {
    if (lifecycle.phase === 'draining') reply.header('connection', 'close');
    done(headers.host === undefined && raw.httpVersion !== '1.0' ? malformed : undefined);
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    onAnswer(request.method, request.routeOptions.url ?? 'none', reply.statusCode);
    done();
  });
}
