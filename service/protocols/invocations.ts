import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ModelConfig } from '../../config/schema';
import type { Row } from '../../learning/model';
import type { ServiceContext } from '../context';
import { requireUtf8, textOf } from '../http/body-parsing';
import { invocationsEnvelope } from '../http/envelopes';
import { badRequest } from '../http/errors';
import { setPredictionHeaders } from '../http/prediction-headers';
import { unreadiness } from '../http/readiness';
import type { ServedModel } from '../models/served-models';
import { rowsFromCsv, rowsFromJson } from './invocations/samples';
import { exampleValues } from './request/example-values';
import { isObject } from './request/feature-values';
import { modelNameOf } from './request/model-choice';
import { paramsFrom } from './request/model-params';
import { OutputSchema, orNull } from './request/output-values';
import { unitOf } from './request/unit';

const tags = ['SageMaker and MLflow'];
const envelope = invocationsEnvelope;

const Samples = Type.Array(Type.Union([Type.Object({}), Type.Array(Type.Unknown())]));
const JsonSchema = Type.Object(
  {
    dataframe_split: Type.Optional(
      Type.Object({
        columns: Type.Array(Type.String()),
        index: Type.Optional(Type.Array(Type.Unknown())),
        data: Type.Array(Type.Array(Type.Unknown())),
      }),
    ),
    dataframe_records: Type.Optional(Type.Array(Type.Object({}))),
    instances: Type.Optional(Samples),
    inputs: Type.Optional(Type.Union([Samples, Type.Record(Type.String(), Type.Array(Type.Unknown()))])),
    params: Type.Optional(Type.Object({}, { description: "Values for the model's own parameters." })),
  },
  { description: 'Exactly one of `dataframe_split`, `dataframe_records`, `instances` and `inputs`.' },
);
const CsvSchema = Type.String({ description: 'A header line with the names of the features, then the samples.' });
const AnswerSchema = Type.Object({ predictions: Type.Array(OutputSchema) });

/** The protocol of SageMaker's and MLflow's containers. */
export const invocations: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { config, models, predictor } = context;
  const name = modelNameOf(config, config.invocations);
  const { mapping } = config.models[name] as ModelConfig;

  const sample = Object.fromEntries(mapping.map((feature) => [feature.name, exampleValues[feature.type]]));
  const csv = `${Object.keys(sample).join(',')}\n${Object.values(sample).join(',')}\n`;
  const body = {
    content: {
      'application/json': { schema: { ...JsonSchema, examples: [{ instances: [sample] }] } },
      'text/csv': { schema: { ...CsvSchema, examples: [csv] } },
    },
  };

  for (const url of ['/ping', '/health']) {
    server.route({
      method: ['GET', 'HEAD'],
      url,
      config: { access: 'open', envelope },
      schema: { summary: 'Whether the instance is ready', tags },
      handler: async (_request, reply) => {
        if (unreadiness(context) !== undefined) reply.code(503).header('retry-after', 1);
        return reply.send();
      },
    });
  }

  server.addContentTypeParser<Buffer>(
    'text/csv',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      requireUtf8(request);
      return new Csv(textOf(body));
    },
  );

  server.route({
    method: 'POST',
    url: '/invocations',
    config: { access: 'predict', envelope, errors: [500, 503] },
    schema: { summary: `Predict samples with '${name}'`, tags, body, response: { 200: AnswerSchema } },
    // The schema tells what is accepted; the rules of the forms are checked with the features at hand.
    validatorCompiler: () => () => true,
    handler: async (request, reply): Promise<Static<typeof AnswerSchema>> => {
      const parsedAt = performance.now();
      const model = models.get(name) as ServedModel;
      const revision = model.active;
      const rows = rowsOf(request.body);
      const given = paramsOf(request.body);
      const { unit, assigned } = unitOf(request);
      const answered = await predictor.answer({
        model,
        revision,
        protocol: 'invocations',
        rows,
        params: revision && paramsFrom(revision.model.params, given, 'params'),
        parsedAt,
        unit,
        assigned,
      });
      setPredictionHeaders(reply, answered);
      return { predictions: answered.predictions.map(({ output }) => orNull(output)) };
    },
  });

  const rowsOf = (sent: unknown): Row[] =>
    sent instanceof Csv ? rowsFromCsv(mapping, sent.text) : rowsFromJson(mapping, sent);
};

/** A body that came as CSV. */
class Csv {
  constructor(readonly text: string) {}
}

function paramsOf(sent: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(sent) || sent.params === undefined) return undefined;
  if (!isObject(sent.params)) throw badRequest('params: must be an object', 'params');
  return sent.params;
}
