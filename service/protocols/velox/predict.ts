import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import type { RankingModel, UserItemModel } from '../../../learning/model';
import type { ServiceContext } from '../../context';
import { setPredictionHeaders } from '../../http/prediction-headers';
import { orNull } from '../request/output-values';
import { unitOf } from '../request/unit';
import { bareValue } from './bare-value';
import { Recommenders } from './recommenders';
import { idOf, itemOf, SentIntegerSchema, SentItemSchema } from './values';

const PredictSchema = Type.Object({ uid: SentIntegerSchema('The user.'), context: SentItemSchema('The item.') });

/** What `POST /predict/<model>` takes and answers. */
export const predictSchema = { body: PredictSchema, response: { 200: Type.Number() } };

/** The score of one item for one user. */
export const predict: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { predictor } = context;
  const recommenders = new Recommenders(context);

  server.route({
    method: 'POST',
    url: '/predict/:model',
    config: { access: 'predict', errors: [404, 500, 503] },
    onRequest: recommenders.check,
    schema: {
      summary: 'Score an item for a user',
      tags: ['Velox'],
      ...predictSchema,
    },
    handler: async (request, reply) => {
      const parsedAt = performance.now();
      const { served, revision, model } = recommenders.of(request);
      const { uid, context: itemId } = request.body as Static<typeof PredictSchema>;
      const user = idOf(uid, 'uid');
      const item = itemOf(served, itemId, 'context');
      const answered = await predictor.answerQuery({
        model: served,
        revision,
        protocol: 'velox',
        parsedAt,
        ...unitOf(request),
        features: JSON.stringify({ user, item }),
        answer: () => scoreOf(model, user, item),
      });
      setPredictionHeaders(reply, answered);
      return bareValue(reply, answered.answer);
    },
  });
};

function scoreOf(
  model: UserItemModel | RankingModel,
  user: string,
  item: string,
): number | null | Promise<number | null> {
  if (model.kind === 'user-item') {
    return orNull(model.score(model.weightsOf(user) ?? model.averageUser, model.featuresOf(item)));
  }
  return Promise.resolve(model.predict([[user, item]], model.params)).then(([prediction]) =>
    orNull(prediction?.output as number),
  );
}
