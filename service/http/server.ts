import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import { versionHeader } from '../../config/environment';
import type { KeyPair } from '../auth/generated-keys';
import { authentication } from '../auth/plugin';
import { consolePage } from '../console/plugin';
import type { ServiceContext } from '../context';
import { invocations } from '../protocols/invocations';
import { mlAws } from '../protocols/ml-aws';
import { native } from '../protocols/native';
import { openInference } from '../protocols/open-inference';
import { palladium } from '../protocols/palladium';
import { pio } from '../protocols/pio';
import { velox } from '../protocols/velox';
import { bodyParsing } from './body-parsing';
import { documentation } from './documentation';
import { nativeEnvelope } from './envelopes';
import { asHttpError, errorHandling, maxParamLength, sendError } from './error-handling';
import { unreadableRequests } from './unreadable-requests';

/** What the server needs beside the context of the protocols. */
export interface ServerOptions {
  readonly context: ServiceContext;
  /** Hosts that the service listens on; they decide whether credentials are needed. */
  readonly addresses: readonly string[];
  readonly keys: KeyPair | undefined;
  readonly logger: FastifyBaseLogger;
}

/**
 * The HTTP service, not yet listening: the rules that hold for all routes, then one plugin per protocol.
 */
export async function createServer({ context, addresses, keys, logger }: ServerOptions): Promise<FastifyInstance> {
  const { http } = context.config;
  const server = Fastify({
    // With a logger of its own Fastify would listen for the end of every response, to log none of them.
    logger: false,
    bodyLimit: http.bodyLimit,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: http.keepAliveTimeoutMs,
    requestTimeout: http.requestTimeoutMs,
    frameworkErrors: (error, _request, reply) => {
      reply.header(versionHeader, context.version);
      sendError(reply as FastifyReply, asHttpError(error), nativeEnvelope);
    },
    clientErrorHandler: unreadableRequests(nativeEnvelope, { [versionHeader]: context.version }),
    http: { headersTimeout: http.headersTimeoutMs },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allowUnionTypes: true } },
  });
  addResponseRules(server, context);
  await server.register(errorHandling, { logger });
  await server.register(bodyParsing);
  await server.register(authentication, { auth: context.config.auth, addresses, keys, logger });
  await server.register(documentation, { context });
  await server.register(consolePage);
  for (const protocol of [mlAws, palladium, velox, pio, openInference, invocations, native]) {
    await server.register(protocol, { context });
  }
  return server;
}

/** The version on every response, requests counted by route, and no keep-alive towards the end. */
function addResponseRules(server: FastifyInstance, { version, lifecycle, metrics }: ServiceContext): void {
  server.addHook('onRequest', (_request, reply, done) => {
    reply.header(versionHeader, version);
    if (lifecycle.phase === 'draining') reply.header('connection', 'close');
    done();
  });
  // Not onResponse, for which Fastify would add listeners to every response.
  server.addHook('onSend', (request, reply, _payload, done) => {
    metrics.request(request.method, request.routeOptions.url ?? 'none', reply.statusCode);
    done();
  });
}
