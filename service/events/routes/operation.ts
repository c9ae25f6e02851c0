import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { EventContext } from '../context';
import { grantOf } from '../http/access';
import { sendJson } from '../http/json-answer';
import { StatsSchema } from '../http/schemas';
import { readStats } from '../read/stats';
import { patienceOf } from './write';

const StatusSchema = Type.Object({ status: Type.String() });
const open = { access: 'open' } as const;
const tags = ['Operation'];

/** For load balancers, monitoring and people. */
export const operation: FastifyPluginAsync<{ context: EventContext }> = async (server, { context }) => {
  const { lifecycle } = context;

  server.route({
    method: 'GET',
    url: '/',
    config: open,
    schema: { summary: 'Whether the process lives', tags, response: { 200: StatusSchema } },
    handler: async (_request, reply) => sendJson(reply, '{"status":"alive"}'),
  });

  server.route({
    method: ['GET', 'HEAD'],
    url: '/healthz',
    config: open,
    schema: { summary: 'Whether the process lives', tags, response: { 200: StatusSchema } },
    handler: async (_request, reply) => sendJson(reply, '{"status":"ok"}'),
  });

  server.route({
    method: ['GET', 'HEAD'],
    url: '/readyz',
    config: open,
    schema: {
      summary: 'Whether events can be stored',
      tags,
      response: { 200: StatusSchema, 503: StatusSchema },
    },
    handler: async (_request, reply) => {
      const isReady = lifecycle.phase !== 'draining' && (await context.isPrepared());
      if (isReady) return sendJson(reply, '{"status":"ready"}');
      const status = lifecycle.phase === 'draining' ? 'draining' : 'database away';
      return sendJson(reply.code(503).header('retry-after', 1), JSON.stringify({ status }));
    },
  });

  server.route({
    method: 'GET',
    url: '/metrics',
    config: open,
    schema: {
      summary: 'Metrics of all processes of the instance, for Prometheus',
      tags,
      response: { 200: { content: { 'text/plain': { schema: Type.String() } } } },
    },
    handler: async (_request, reply) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8');
      return context.metrics();
    },
  });

  server.route({
    method: 'GET',
    url: '/stats.json',
    config: { errors: [503] },
    schema: { summary: 'What was stored over HTTP, by hour', tags, response: { 200: StatsSchema } },
    handler: async (request, reply) => {
      const { app } = grantOf(request);
      const stats = await readStats(context.database, app, patienceOf(context, request));
      return sendJson(reply, JSON.stringify(stats));
    },
  });
};
