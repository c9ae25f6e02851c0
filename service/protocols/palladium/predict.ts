import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { FeatureType } from '../../../learning/model';
import type { ServiceContext } from '../../context';
import type { Envelope } from '../../http/envelopes';
import { setPredictionHeaders } from '../../http/prediction-headers';
import type { ServedModel } from '../../models/served-models';
import { unitOf } from '../request/unit';
import { PredictService, type Query, type Question } from './predict-service';

/** What the parts of the protocol share. */
export interface PalladiumOptions {
  readonly context: ServiceContext;
  readonly envelope: Envelope;
}

/** What a sparse feature may be is said by its text form, which a query holds too. */
const jsonTypes: Readonly<Record<FeatureType, string | readonly string[]>> = {
  float: 'number',
  int: 'integer',
  str: 'string',
  bool: 'boolean',
  sparse: ['string', 'object', 'array'],
};

const PredictAnswerSchema = Type.Object({
  metadata: Type.Object({ status: Type.String(), error_code: Type.Integer() }, { additionalProperties: true }),
  result: Type.Unknown({ description: 'The result of the one sample (GET), or the list of all results (POST).' }),
});

/** GET predicts for the sample in the query, POST for a list of samples. */
export const predictRoutes: FastifyPluginAsync<PalladiumOptions> = async (server, { context, envelope }) => {
  const { models, predictor } = context;
  const { services, serviceMetadata } = context.config.palladium;
  const metadata = { status: 'OK', error_code: 0, ...serviceMetadata };

  for (const [index, config] of services.entries()) {
    const service = new PredictService(context.config, config, index);

    async function answer(
      request: FastifyRequest,
      reply: FastifyReply,
      read: (model: ServedModel) => Question,
    ): Promise<readonly unknown[]> {
      const parsedAt = performance.now();
      const model = models.get(service.model) as ServedModel;
      const revision = model.active;
      const answered = await predictor.answer({
        ...read(model),
        ...unitOf(request),
        model,
        revision,
        protocol: 'palladium',
        parsedAt,
      });
      setPredictionHeaders(reply, answered);
      return answered.predictions.map(service.result);
    }

    const route = {
      url: config.entryPoint,
      config: { access: 'predict', envelope },
      // The schemas tell what is accepted; the service's own rules convert it.
      validatorCompiler: () => () => true,
    } as const;
    const common = { tags: ['Palladium'], response: { 200: PredictAnswerSchema } };
    const params = Type.Partial(Type.Object(propertiesOf(service.params))).properties;

    server.route({
      ...route,
      method: 'GET',
      schema: {
        ...common,
        summary: `Predict one sample with '${service.model}'`,
        querystring: Type.Object({ ...propertiesOf(service.features), ...params }),
      },
      handler: async (request, reply) => {
        const query = request.query as Query;
        const [result] = await answer(request, reply, (model) => service.fromQuery(query, model));
        return { metadata, result };
      },
    });

    server.route({
      ...route,
      method: 'POST',
      schema: {
        ...common,
        summary: `Predict samples with '${service.model}'`,
        querystring: Type.Object(params),
        body: Type.Array(Type.Object(propertiesOf(service.features))),
      },
      handler: async (request, reply) => {
        const query = request.query as Query;
        const result = await answer(request, reply, (model) => service.fromBody(request.body, query, model));
        return { metadata, result };
      },
    });
  }
};

const propertiesOf = (entries: readonly { readonly name: string; readonly type: FeatureType }[]) =>
  Object.fromEntries(entries.map(({ name, type }) => [name, Type.Unsafe({ type: jsonTypes[type] })]));
