import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ServiceContext } from '../context';
import { observe } from './velox/observe';
import { onlineUpdates } from './velox/online-updates';
import { predict } from './velox/predict';
import { retrain } from './velox/retrain';
import { topK } from './velox/top-k';
import { transfer } from './velox/transfer';

/** The protocol of Velox: answers are JSON values that stand alone. */
export const velox: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const registered = `Registered Models: ${Object.keys(context.config.models).join(',')}`;
  for (const routes of [predict, topK, observe, onlineUpdates, retrain, transfer])
    await server.register(routes, { context });

  server.route({
    method: 'GET',
    url: '/models',
    config: { access: 'predict' },
    schema: {
      summary: 'Names of the models',
      tags: ['Velox'],
      response: { 200: { content: { 'text/plain': { schema: Type.String() } } } },
    },
    handler: async (_request, reply) => {
      reply.type('text/plain; charset=utf-8');
      return registered;
    },
  });
};
