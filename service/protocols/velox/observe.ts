import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { badRequest } from '../../http/errors';
import { UnstorableObservationError } from '../../observations/observation';
import { bareValue } from './bare-value';
import { Recommenders } from './recommenders';
import { idOf, itemOf, numberOf, SentIntegerSchema, SentItemSchema, SentNumberSchema } from './values';

const ObserveSchema = Type.Object({
  uid: SentIntegerSchema('The user.'),
  context: SentItemSchema('The item.'),
  score: SentNumberSchema('What the user thought of it.'),
});

/** What a user thought of an item, stored when it is answered. */
export const observe: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const recommenders = new Recommenders(context);

  server.route({
    method: 'POST',
    url: '/observe/:model',
    config: { access: 'predict', errors: [404, 503] },
    onRequest: recommenders.check,
    schema: {
      summary: 'Tell what a user thought of an item',
      description: 'Of a user and an item the last score counts. It changes predictions within the configured delay.',
      tags: ['Velox'],
      body: ObserveSchema,
      response: { 200: Type.Literal('Successfully added observation') },
    },
    handler: async (request, reply) => {
      const { served } = recommenders.of(request);
      const { uid, context: item, score } = request.body as Static<typeof ObserveSchema>;
      const observed = context.observations.observe(
        served.name,
        idOf(uid, 'uid'),
        itemOf(served, item, 'context'),
        numberOf(score, 'score'),
      );
      await fromDatabase(observed.catch(blameField));
      return bareValue(reply, 'Successfully added observation');
    },
  });
};

/** What the fields of an observation are called here. */
const fields = { user: 'uid', item: 'context', score: 'score' } as const;

function blameField(error: unknown): never {
  if (!(error instanceof UnstorableObservationError)) throw error;
  const field = fields[error.field];
  throw badRequest(`${field}: ${error.reason}`, field);
}
