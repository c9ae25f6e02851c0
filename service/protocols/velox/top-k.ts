import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import type { RankingModel, UserItemModel } from '../../../learning/model';
import { type Exploration, rankCandidates, recommend } from '../../../learning/recommender/recommend';
import type { ServiceContext } from '../../context';
import { badRequest } from '../../http/errors';
import { setPredictionHeaders } from '../../http/prediction-headers';
import type { ServedModel } from '../../models/served-models';
import { unitOf } from '../request/unit';
import { bareValue } from './bare-value';
import { explorationOf } from './exploration';
import { type Recommender, Recommenders } from './recommenders';
import { idOf, integerOf, itemOf, type SentInteger, SentIntegerSchema, SentItemSchema } from './values';

/** In place of a list of items. */
const wholeCatalogue = 'all';

const TopKSchema = Type.Object({
  uid: SentIntegerSchema('The user.'),
  k: SentIntegerSchema('How many items; 0 or less gives none.'),
  context: Type.Unsafe<readonly SentInteger[] | string>({
    type: ['array', 'string'],
    items: SentItemSchema('An item.'),
    description: `The items, or \`"${wholeCatalogue}"\` for every item that the model knows.`,
  }),
  explore: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'Lifts what is little known of the user: items rank by score + explore · uncertainty, as LinUCB does. Reads what was observed of the user; costs the square of the rank for each item.',
    }),
  ),
});

/** The best items for a user: of those that are given, or of all. */
export const topK: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const { predictor } = context;
  const recommenders = new Recommenders(context);

  server.route({
    method: 'POST',
    url: '/predict_top_k/:model',
    config: { access: 'predict', errors: [404, 409, 500, 503] },
    onRequest: recommenders.check,
    schema: {
      summary: 'The best items for a user, best first',
      description: 'Items come back as they were sent; what is there twice is ranked twice, ties keep the order sent.',
      tags: ['Velox'],
      body: TopKSchema,
      response: { 200: Type.Array(SentItemSchema('An item.')) },
    },
    handler: async (request, reply) => {
      const parsedAt = performance.now();
      const { served, revision, model } = recommenders.of(request);
      const body = request.body as Static<typeof TopKSchema>;
      const user = idOf(body.uid, 'uid');
      const k = integerOf(body.k, 'k');
      const candidates = candidatesOf(served, body.context);
      const { explore } = body;
      const answer =
        model.kind === 'ranking'
          ? asked(model, candidates, { user, k, explore })
          : await computed({ served, revision, model }, candidates, { user, k, explore });
      const answered = await predictor.answerQuery({
        model: served,
        revision,
        protocol: 'velox',
        parsedAt,
        ...unitOf(request),
        features: JSON.stringify({ user, k, candidates: candidates.logged, explore }),
        answer,
      });
      setPredictionHeaders(reply, answered);
      return bareValue(reply, answered.answer);
    },
  });

  async function computed(
    recommender: Recommender<UserItemModel>,
    candidates: Candidates,
    { user, k, explore }: Wanted,
  ): Promise<() => SentInteger[]> {
    const { model } = recommender;
    const exploration = explore === undefined ? undefined : await explorationOf(context, recommender, user, explore);
    return () => candidates.best(model, model.weightsOf(user) ?? model.averageUser, k, exploration);
  }
};

interface Wanted {
  readonly user: string;
  readonly k: number;
  readonly explore: number | undefined;
}

/** @throws {HttpError} 400 if it is to explore: only weights tell how uncertain they are */
function asked(
  model: RankingModel,
  candidates: Candidates,
  { user, k, explore }: Wanted,
): () => Promise<SentInteger[]> {
  if (explore !== undefined) throw badRequest('explore: goes with the built-in recommenders; leave it out', 'explore');
  return async () => (k > 0 ? candidates.ask(model, user, k) : []);
}

/** What is to be ranked. */
interface Candidates {
  /** As the prediction log has them. */
  readonly logged: readonly string[] | typeof wholeCatalogue;
  best(model: UserItemModel, weights: Float64Array, k: number, exploration?: Exploration): SentInteger[];
  ask(model: RankingModel, user: string, k: number): Promise<SentInteger[]>;
}

/** @throws {HttpError} 400 naming the item that is none */
function candidatesOf(served: ServedModel, sent: readonly SentInteger[] | string): Candidates {
  if (typeof sent === 'string') {
    if (sent !== wholeCatalogue) throw badRequest(`context: must be a list of items or "${wholeCatalogue}"`, 'context');
    return {
      logged: wholeCatalogue,
      best: (model, weights, k, exploration) =>
        recommend(model, weights, k, { exploration }).map(({ item }) =>
          asVeloxItem(model.catalogue.ids[item] as string),
        ),
      ask: async (model, user, k) => (await model.topK(user, k)).map(({ item }) => asVeloxItem(item)),
    };
  }
  const items = sent.map((item, i) => itemOf(served, item, `context[${i}]`));
  return {
    logged: items,
    best: (model, weights, k, exploration) => {
      const features = items.map((item) => model.featuresOf(item));
      return rankCandidates(model, weights, features, k, exploration).map(
        ({ position }) => sent[position] as SentInteger,
      );
    },
    ask: async (model, user, k) => {
      const ranked = await model.topK(user, k, [...new Set(items)]);
      const asSent = new Map<string, SentInteger[]>();
      for (const [position, item] of items.entries()) {
        asSent.set(item, [...(asSent.get(item) ?? []), sent[position] as SentInteger]);
      }
      return ranked.flatMap(({ item }) => asSent.get(item) ?? []).slice(0, k);
    },
  };
}

/** An item that nobody sent: an integer as Velox has them if it is one. */
function asVeloxItem(id: string): SentInteger {
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? number : id;
}
