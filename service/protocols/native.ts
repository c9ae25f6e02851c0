import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ServiceContext } from '../context';
import { feedback } from './native/feedback';
import { health } from './native/health';
import { importRevision } from './native/import-revision';
import { jobs } from './native/jobs';
import { revisions } from './native/revisions';

/** The service's own routes, beside those of the older protocols. */
export const native: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { instance } = context;
  for (const routes of [health, feedback, revisions, importRevision, jobs]) await server.register(routes, { context });

  server.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'predict' },
    schema: {
      summary: 'Metrics of all processes of the instance, for Prometheus',
      tags: ['Operation'],
      response: { 200: { content: { 'text/plain': { schema: Type.String() } } } },
    },
    handler: async (_request, reply) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8');
      return instance.metrics();
    },
  });
};
