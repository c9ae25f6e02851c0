import formBody from '@fastify/formbody';
import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ModelConfig } from '../../../config/schema';
import { fromDatabase } from '../../http/database-access';
import { badRequest } from '../../http/errors';
import { modelNameOf } from '../request/model-choice';
import { Fields } from './fields';
import type { PalladiumOptions } from './predict';

const tags = ['Palladium'];
const JobSchema = Type.Object({ job_id: Type.String() });
const ListSchema = Type.Object({
  models: Type.Array(
    Type.Object({
      version: Type.Integer({ description: 'The revision.' }),
      train_timestamp: Type.String(),
      score_train: Type.Optional(Type.Number()),
      score_test: Type.Optional(Type.Number()),
    }),
  ),
  properties: Type.Object({ 'db-version': Type.String(), 'active-model': Type.Optional(Type.String()) }),
});

const FitSchema = Type.Partial(
  Type.Object({
    persist: Type.Boolean({ default: true, description: 'Keep the outcome as a revision.' }),
    activate: Type.Boolean({ default: true, description: 'Let the new revision serve.' }),
    evaluate: Type.Boolean({ default: false, description: 'Score the outcome on the test data.' }),
    persist_if_better_than: Type.Number({ description: 'The least test score to keep the outcome.' }),
    better_than_active: Type.Boolean({ description: 'Keep the outcome only if it beats the active revision.' }),
  }),
);
const ActivateSchema = Type.Object({ model_version: Type.Integer({ description: 'The revision.' }) });

/** The schemas tell what the query may have; the same fields may come in the body. */
const validatorCompiler = () => () => true;

/** The list of revisions, training and activation. Fields come from a form, a JSON object or the query. */
export const operations: FastifyPluginAsync<PalladiumOptions> = async (server, { context, envelope }) => {
  const { config, registry, jobs, codeVersion } = context;
  const model = modelNameOf(config, config.palladium.services[0]);
  const trained = { name: model, config: config.models[model] as ModelConfig };
  await server.register(formBody);

  async function list() {
    const { active, revisions } = await registry.list(model);
    return {
      models: revisions.map(({ revision, createdAt, scores }) => ({
        version: revision,
        train_timestamp: createdAt.toISOString(),
        score_train: scores?.train ?? undefined,
        score_test: scores?.test ?? undefined,
      })),
      properties: { 'db-version': codeVersion, 'active-model': active === undefined ? undefined : String(active) },
    };
  }

  server.route({
    method: 'GET',
    url: '/list',
    config: { access: 'predict', envelope },
    schema: { summary: `Revisions of '${model}'`, tags, response: { 200: ListSchema } },
    handler: () => fromDatabase(list()),
  });

  server.route({
    method: 'POST',
    url: '/fit',
    config: { access: 'admin', envelope },
    validatorCompiler,
    schema: { summary: `Train '${model}'`, tags, querystring: FitSchema, response: { 200: JobSchema } },
    handler: async (request) => {
      const fields = new Fields(request);
      const options = {
        persist: fields.boolean('persist'),
        activate: fields.boolean('activate'),
        evaluate: fields.boolean('evaluate'),
        persistIfBetterThan: fields.number('persist_if_better_than'),
        betterThanActive: fields.boolean('better_than_active'),
      };
      return { job_id: await fromDatabase(jobs.enqueueTraining('fit', trained, options)) };
    },
  });

  server.route({
    method: 'POST',
    url: '/activate',
    config: { access: 'admin', envelope },
    validatorCompiler,
    schema: {
      summary: `Let a revision of '${model}' serve`,
      tags,
      querystring: ActivateSchema,
      response: { 200: ListSchema },
    },
    handler: async (request) => {
      const revision = new Fields(request).integer('model_version');
      if (revision === undefined) throw badRequest('model_version: is required', 'model_version');
      await fromDatabase(registry.activate(model, revision));
      return fromDatabase(list());
    },
  });

  server.route({
    method: 'POST',
    url: '/update-model-cache',
    config: { access: 'admin', envelope },
    schema: { summary: 'Let every instance look for new revisions', tags, response: { 200: JobSchema } },
    handler: async () => ({ job_id: await fromDatabase(jobs.enqueueCacheUpdate()) }),
  });
};
