import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { ModelPaths } from '../request/model-paths';
import { nullable, ScoresSchema } from './schemas';

const tags = ['Revisions'];

const ListSchema = Type.Object({
  active: nullable<number>('integer'),
  revisions: Type.Array(
    Type.Object({
      revision: Type.Integer(),
      created_at: Type.String(),
      origin: Type.String({ description: 'How it came to be: train, fit, retrain or import.' }),
      scores: ScoresSchema,
      metrics: Type.Optional(
        Type.Record(Type.String(), Type.Number(), { description: 'More scores by name: auc, accuracy, logloss.' }),
      ),
      rolled_back: Type.Boolean({ description: 'Whether it was once given up by a rollback.' }),
    }),
  ),
});

/** The revisions of a model, and which one serves. Every change is answered with the list as it is then. */
export const revisions: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { registry } = context;
  const paths = new ModelPaths(context);
  const route = { config: { access: 'admin', errors: [404, 409, 503] }, onRequest: paths.check } as const;

  async function list(model: string): Promise<Static<typeof ListSchema>> {
    const { active, revisions } = await fromDatabase(registry.list(model));
    return {
      active: active ?? null,
      revisions: revisions.map(({ revision, createdAt, origin, scores, metrics, rolledBack }) => ({
        revision,
        created_at: createdAt.toISOString(),
        origin,
        scores,
        ...(metrics && { metrics }),
        rolled_back: rolledBack,
      })),
    };
  }

  server.route({
    ...route,
    method: 'GET',
    url: '/models/:model/revisions',
    schema: { summary: 'The revisions of a model', tags, response: { 200: ListSchema } },
    handler: (request) => list(modelOf(request)),
  });

  server.route({
    ...route,
    method: 'POST',
    url: '/models/:model/revisions/:revision/activate',
    schema: { summary: 'Let a revision serve', tags, response: { 200: ListSchema } },
    handler: async (request) => {
      const model = modelOf(request);
      await fromDatabase(registry.activate(model, revisionOf(request)));
      return list(model);
    },
  });

  server.route({
    ...route,
    method: 'POST',
    url: '/models/:model/rollback',
    schema: { summary: 'Let the revision serve that was active before', tags, response: { 200: ListSchema } },
    handler: async (request) => {
      const model = modelOf(request);
      await fromDatabase(registry.rollback(model));
      return list(model);
    },
  });

  server.route({
    ...route,
    method: 'DELETE',
    url: '/models/:model/revisions/:revision',
    schema: { summary: 'Delete a revision that does not serve', tags, response: { 200: ListSchema } },
    handler: async (request) => {
      const model = modelOf(request);
      await fromDatabase(registry.remove(model, revisionOf(request)));
      return list(model);
    },
  });
};

const modelOf = (request: FastifyRequest): string => (request.params as { model: string }).model;

const revisionOf = (request: FastifyRequest): number => Number((request.params as { revision: string }).revision);
