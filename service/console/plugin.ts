import type { FastifyPluginAsync } from 'fastify';

/** The root: a plain `200` for health checks of load balancers. */
export const consolePage: FastifyPluginAsync = async (server) => {
  server.route({
    method: ['GET', 'HEAD'],
    url: '/',
    config: { access: 'open' },
    schema: { hide: true },
    handler: async (_request, reply) => reply.type('text/plain; charset=utf-8').send('200'),
  });
};
