import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ServiceContext } from '../../context';
import { unreadiness } from '../../http/readiness';

const StatusSchema = Type.Object({ status: Type.String() });

const ReadySchema = Type.Object({
  status: Type.Literal('ready'),
  models: Type.Record(Type.String(), Type.Object({ revision: Type.Integer() })),
});

/** Whether the instance lives, and whether it wants traffic. */
export const health: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { models } = context;
  const tags = ['Health'];

  server.route({
    method: ['GET', 'HEAD'],
    url: '/healthz',
    config: { access: 'open' },
    schema: { summary: 'Whether the process lives', tags, response: { 200: StatusSchema } },
    handler: async () => ({ status: 'ok' }),
  });

  server.route({
    method: ['GET', 'HEAD'],
    url: '/readyz',
    config: { access: 'open' },
    schema: {
      summary: 'Whether the instance wants requests',
      description: 'A database that is lost after the start does not change it.',
      tags,
      response: { 200: ReadySchema, 503: StatusSchema },
    },
    handler: async (_request, reply) => {
      const obstacle = unreadiness(context);
      if (obstacle !== undefined) return reply.code(503).header('retry-after', 1).send({ status: obstacle });
      const revisions = models.all().map(({ name, active }) => [name, { revision: active?.revision }]);
      return { status: 'ready', models: Object.fromEntries(revisions) };
    },
  });
};
