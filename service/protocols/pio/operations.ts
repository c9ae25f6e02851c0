import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { pioEnvelope } from '../../http/envelopes';
import { HttpError } from '../../http/errors';

export interface OperationsOptions {
  readonly context: ServiceContext;
  /** The models that queries ask. */
  readonly engine: readonly string[];
}

const text = { content: { 'text/plain': { schema: Type.String() } } };
const KeySchema = Type.Object({
  accessKey: Type.Optional(Type.String({ description: 'The API key, if no header carries it.' })),
});

/** What older scripts call to have an engine take its newest model, or end. */
export const operations: FastifyPluginAsync<OperationsOptions> = async (server, { context, engine }) => {
  const { registry, models, instance } = context;
  const route = {
    method: ['GET', 'POST'] as string[],
    config: { access: 'admin', acceptsAccessKey: true, envelope: pioEnvelope } as const,
    validatorCompiler: () => () => true,
  };
  const schema = { tags: ['PredictionIO'], querystring: KeySchema, response: { 200: text } };

  // Bodies say nothing here, whatever their type.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined);

  server.route({
    ...route,
    config: { ...route.config, errors: [409, 503] },
    url: '/reload',
    schema: { ...schema, summary: `Let the newest revision of ${engine.join(' and ')} serve that was never given up` },
    handler: async (_request, reply) => {
      const active = await Promise.all(engine.map((model) => fromDatabase(registry.activateNewest(model))));
      if (active.every((revision) => revision === undefined)) {
        throw new HttpError(409, 'there is no revision that was not given up; train one');
      }
      await models.refresh();
      reply.type('text/plain; charset=utf-8');
      return 'Reloading...';
    },
  });

  server.route({
    ...route,
    url: '/stop',
    schema: { ...schema, summary: 'Shut this instance down, as SIGTERM does' },
    handler: async (_request, reply) => {
      // Open requests are answered before the instance ends, this one among them.
      instance.stop();
      reply.type('text/plain; charset=utf-8');
      return 'Shutting down...';
    },
  });
};
