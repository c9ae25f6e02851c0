import type { FastifyPluginAsync } from 'fastify';
import type { ServiceContext } from '../context';
import { invocationsEnvelope } from '../http/envelopes';
import { unreadiness } from '../http/readiness';

/** The protocol of SageMaker's and MLflow's containers. */
export const invocations: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  for (const url of ['/ping', '/health']) {
    server.route({
      method: ['GET', 'HEAD'],
      url,
      config: { access: 'open', envelope: invocationsEnvelope },
      schema: { summary: 'Whether the instance is ready', tags: ['SageMaker and MLflow'] },
      handler: async (_request, reply) => {
        if (unreadiness(context) !== undefined) reply.code(503).header('retry-after', 1);
        return reply.send();
      },
    });
  }
};
