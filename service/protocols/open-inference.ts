import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import type { ServiceContext } from '../context';
import { openInferenceEnvelope } from '../http/envelopes';
import { unreadiness } from '../http/readiness';
import { inferHandler, inferSchema } from './open-inference/infer';
import { Inputs } from './open-inference/inputs';
import { outputsOf } from './open-inference/outputs';
import { ModelPaths } from './request/model-paths';

const tags = ['Open Inference'];
const envelope = openInferenceEnvelope;
const open = { access: 'open', envelope } as const;
const predict = { access: 'predict', envelope } as const;

const ServerSchema = Type.Object({
  name: Type.String(),
  version: Type.String(),
  extensions: Type.Array(Type.String()),
});
const LiveSchema = Type.Object({ live: Type.Boolean() });
const ReadySchema = Type.Object({ ready: Type.Boolean() });
const ModelReadySchema = Type.Object({ name: Type.String(), ready: Type.Boolean() });
const TensorsSchema = Type.Array(
  Type.Object({
    name: Type.String(),
    datatype: Type.String(),
    shape: Type.Array(Type.Integer({ description: '-1: any size.' })),
    parameters: Type.Optional(
      Type.Object({ example: Type.String() }, { description: 'Of sparse features: how an element is written.' }),
    ),
  }),
);
const ModelSchema = Type.Object({
  name: Type.String(),
  versions: Type.Array(Type.String(), { description: 'The revisions that are loaded.' }),
  platform: Type.String(),
  inputs: TensorsSchema,
  outputs: TensorsSchema,
});

/** The Open Inference Protocol, version 2, over REST. What it calls a version of a model is our revision. */
export const openInference: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const paths = new ModelPaths(context);
  const inputs = new Map(context.models.all().map(({ name, config }) => [name, new Inputs(config.mapping)]));
  const body = { ...inferSchema.body, examples: [...inputs.values()].map(({ example }) => ({ inputs: example })) };
  const infer = inferHandler(context, paths, inputs);

  for (const url of ['/v2', '/v2/']) {
    server.route({
      method: 'GET',
      url,
      config: predict,
      schema: { summary: 'The server', tags, hide: url.endsWith('/'), response: { 200: ServerSchema } },
      handler: async () => ({ name: 'modelapp', version: context.version, extensions: [] }),
    });
  }

  server.route({
    method: ['GET', 'HEAD'],
    url: '/v2/health/live',
    config: open,
    schema: { summary: 'Whether the process lives', tags, response: { 200: LiveSchema } },
    handler: async () => ({ live: true }),
  });

  server.route({
    method: ['GET', 'HEAD'],
    url: '/v2/health/ready',
    config: open,
    schema: { summary: 'Whether all models are ready', tags, response: { 200: ReadySchema, 503: ReadySchema } },
    handler: async (_request, reply) => {
      const ready = unreadiness(context) === undefined;
      if (!ready) reply.code(503).header('retry-after', 1);
      return { ready };
    },
  });

  for (const [path, which] of [
    ['/v2/models/:model', 'the active revision'],
    ['/v2/models/:model/versions/:revision', 'one revision'],
  ] as const) {
    const route = { config: { ...predict, errors: [404, 503] }, onRequest: paths.check };

    server.route({
      ...route,
      method: 'GET',
      url: path,
      schema: { summary: `Inputs and outputs of ${which}`, tags, response: { 200: ModelSchema } },
      handler: async (request) => {
        const { name, inMemory } = paths.model(request);
        const { header, model } = paths.loaded(request);
        return {
          name,
          versions: inMemory.map(({ revision }) => String(revision)),
          platform: `modelapp_${header.algorithm}`,
          inputs: inputs.get(name)?.metadata,
          outputs: outputsOf(model),
        };
      },
    });

    server.route({
      ...route,
      method: 'GET',
      url: `${path}/ready`,
      schema: {
        summary: `Whether ${which} can be asked`,
        tags,
        response: { 200: ModelReadySchema, 503: ModelReadySchema },
      },
      handler: async (request, reply) => {
        const ready = paths.revision(request) !== undefined;
        if (!ready) reply.code(503).header('retry-after', 1);
        return { name: paths.model(request).name, ready };
      },
    });

    server.route({
      ...route,
      config: { ...predict, errors: [404, 500, 503] },
      method: 'POST',
      url: `${path}/infer`,
      schema: { ...inferSchema, body, summary: `Predict with ${which}`, tags },
      handler: infer,
    });
  }
};
