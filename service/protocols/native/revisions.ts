import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { HttpError } from '../../http/errors';
import { nullable, ScoresSchema } from './schemas';

const tags = ['Revisions'];
const admin = { access: 'admin' } as const;

const ListSchema = Type.Object({
  active: nullable<number>('integer'),
  revisions: Type.Array(
    Type.Object({
      revision: Type.Integer(),
      created_at: Type.String(),
      origin: Type.String({ description: 'How it came to be: train, fit, retrain or import.' }),
      scores: ScoresSchema,
      rolled_back: Type.Boolean({ description: 'Whether it was once given up by a rollback.' }),
    }),
  ),
});

/** The revisions of a model, and which one serves. Every change is answered with the list as it is then. */
export const revisions: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { models, registry } = context;

  /** @throws {HttpError} 404 before the body is read */
  async function checkModel(request: FastifyRequest): Promise<void> {
    const { model } = request.params as { model: string };
    if (!models.get(model)) throw new HttpError(404, `there is no model '${model}'`);
  }

  async function list(model: string): Promise<Static<typeof ListSchema>> {
    const { active, revisions } = await fromDatabase(registry.list(model));
    return {
      active: active ?? null,
      revisions: revisions.map(({ revision, createdAt, origin, scores, rolledBack }) => ({
        revision,
        created_at: createdAt.toISOString(),
        origin,
        scores,
        rolled_back: rolledBack,
      })),
    };
  }

  server.route({
    method: 'GET',
    url: '/models/:model/revisions',
    config: admin,
    onRequest: checkModel,
    schema: { summary: 'The revisions of a model', tags, response: { 200: ListSchema } },
    handler: (request) => list(modelOf(request)),
  });

  server.route({
    method: 'POST',
    url: '/models/:model/revisions/:revision/activate',
    config: admin,
    onRequest: checkModel,
    schema: { summary: 'Let a revision serve', tags, response: { 200: ListSchema } },
    handler: async (request) => {
      const model = modelOf(request);
      await fromDatabase(registry.activate(model, revisionOf(request)));
      return list(model);
    },
  });

  server.route({
    method: 'POST',
    url: '/models/:model/rollback',
    config: admin,
    onRequest: checkModel,
    schema: { summary: 'Let the revision serve that was active before', tags, response: { 200: ListSchema } },
    handler: async (request) => {
      const model = modelOf(request);
      await fromDatabase(registry.rollback(model));
      return list(model);
    },
  });

  server.route({
    method: 'DELETE',
    url: '/models/:model/revisions/:revision',
    config: admin,
    onRequest: checkModel,
    schema: { summary: 'Delete a revision that does not serve', tags, response: { 200: ListSchema } },
    handler: async (request) => {
      const model = modelOf(request);
      await fromDatabase(registry.remove(model, revisionOf(request)));
      return list(model);
    },
  });
};

const modelOf = (request: FastifyRequest): string => (request.params as { model: string }).model;

/** @throws {HttpError} 404 if it is no number, so that no revision has it */
function revisionOf(request: FastifyRequest): number {
  const { model, revision } = request.params as { model: string; revision: string };
  if (!/^[1-9]\d{0,8}$/.test(revision)) throw new HttpError(404, `the model '${model}' has no revision ${revision}`);
  return Number(revision);
}
