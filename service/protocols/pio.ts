import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { MappingEntry, PioTemplate } from '../../config/schema';
import type { ServiceContext } from '../context';
import { parseJson, textOf } from '../http/body-parsing';
import { pioEnvelope } from '../http/envelopes';
import { setPredictionHeaders } from '../http/prediction-headers';
import type { ServedModel } from '../models/served-models';
import { Engine } from './pio/engine';
import { operations } from './pio/operations';
import { checkedQuery, checkPrId } from './pio/query';
import { exampleValues } from './request/example-values';
import { unitOf } from './request/unit';

const tags = ['PredictionIO'];
const envelope = pioEnvelope;

const Id = Type.Unsafe<string | number>({ type: ['string', 'integer'] });
const Ids = Type.Array(Id);
const QuerySchema = Type.Partial(
  Type.Object({
    user: Id,
    items: Ids,
    num: Type.Unsafe<string | number>({ type: ['integer', 'string'], description: 'How many items at most.' }),
    categories: Ids,
    categoryBlackList: Ids,
    whiteList: Ids,
    blackList: Ids,
    prId: Id,
  }),
);
const AnswerSchema = Type.Partial(
  Type.Object({
    itemScores: Type.Array(
      Type.Object({ item: Type.String(), score: Type.Unsafe<number | null>({ type: ['number', 'null'] }) }),
      { description: 'Best first.' },
    ),
    label: Type.Unsafe<string | number | null>({ type: ['string', 'number', 'null'] }),
  }),
);

/** A query of each template, for the documentation. */
const examples: Readonly<Record<PioTemplate, (mapping: readonly MappingEntry[]) => object>> = {
  recommendation: () => ({ user: '1', num: 4 }),
  'similar-product': () => ({ items: ['1'], num: 4 }),
  'e-commerce': () => ({ user: '1', num: 4, categories: ['c1'] }),
  classification: (mapping) => Object.fromEntries(mapping.map(({ name, type }) => [name, exampleValues[type]])),
};

/** The protocol of a PredictionIO engine. */
export const pio: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { config, models, predictor, shop } = context;
  const engine = new Engine(config, () => shop.shop);
  const tabular = config.models[engine.models.at(-1) ?? '']?.mapping ?? [];

  await server.register(operations, { context, engine: engine.models });
  if (engine.models.length === 0) return;

  // Clients send all kinds of content types, or none, and Fastify itself refuses what is no type at all.
  server.addHook('onRequest', async ({ headers }) => {
    headers['content-type'] = 'application/json';
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => parseJson(textOf(body)),
  );

  server.route({
    method: 'POST',
    url: '/queries.json',
    config: { access: 'predict', envelope, errors: [500, 503] },
    schema: {
      summary: `Ask ${engine.models.map((name) => `'${name}'`).join(' or ')}`,
      tags,
      body: { ...QuerySchema, examples: engine.templates.map((template) => examples[template](tabular)) },
      response: { 200: AnswerSchema },
    },
    // The schema tells what is accepted; the rules of the templates are checked with the query at hand.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const parsedAt = performance.now();
      const query = checkedQuery(request.body);
      const question = engine.read(query);
      checkPrId(query);
      const answered = await predictor.answerQuery({
        model: models.get(question.model) as ServedModel,
        protocol: 'pio',
        features: JSON.stringify(query),
        answer: ({ model }) => question.ask(model),
        parsedAt,
        ...unitOf(request),
      });
      setPredictionHeaders(reply, answered);
      return answered.answer;
    },
  });
};
