import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ServiceContext } from '../context';
import { openInferenceEnvelope } from '../http/envelopes';
import { unreadiness } from '../http/readiness';

const tags = ['Open Inference'];

/** The Open Inference Protocol, version 2, over REST. */
export const openInference: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const envelope = openInferenceEnvelope;

  server.route({
    method: ['GET', 'HEAD'],
    url: '/v2/health/live',
    config: { access: 'open', envelope },
    schema: { summary: 'Whether the process lives', tags, response: { 200: Type.Object({ live: Type.Boolean() }) } },
    handler: async () => ({ live: true }),
  });

  const ReadySchema = Type.Object({ ready: Type.Boolean() });
  server.route({
    method: ['GET', 'HEAD'],
    url: '/v2/health/ready',
    config: { access: 'open', envelope },
    schema: { summary: 'Whether all models are ready', tags, response: { 200: ReadySchema, 503: ReadySchema } },
    handler: async (_request, reply) => {
      const ready = unreadiness(context) === undefined;
      if (!ready) reply.code(503).header('retry-after', 1);
      return { ready };
    },
  });
};
