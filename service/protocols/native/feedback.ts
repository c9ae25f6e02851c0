import type { FastifyPluginAsync } from 'fastify';
import Type, { type Static } from 'typebox';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { badRequest } from '../../http/errors';
import { FeedbackStore, OtherKindError } from './feedback-store';

/** How long after a prediction its outcome is taken, in milliseconds. */
const feedbackWindowMs = 30 * 24 * 60 * 60 * 1000;

/** How far the clock that made a prediction id may be ahead of ours, in milliseconds. */
const clockSkewMs = 5 * 60 * 1000;

const FeedbackSchema = Type.Object({
  predictionId: Type.String({
    description: 'From the header `x-prediction-id`; the prediction may be of any version.',
  }),
  outcome: Type.Unsafe<number | boolean>({
    type: ['number', 'boolean'],
    description: 'What turned out; always of the kind that the first outcome of this name had.',
  }),
  name: Type.Optional(
    Type.String({ pattern: '^[a-z][a-z0-9_.-]{0,63}$', default: 'outcome', description: 'Which of several outcomes.' }),
  ),
  sample: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: 0, description: 'Which sample of the prediction.' }),
  ),
});

const StatusSchema = Type.Object({ status: Type.Enum(['stored', 'replaced']) });

/** Takes the outcomes of predictions; a prediction that is not in the tables yet may have one already. */
export const feedback: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const store = new FeedbackStore(context.database);

  server.route({
    method: 'POST',
    url: '/feedback',
    config: { access: 'predict', errors: [503] },
    schema: {
      summary: 'Report the outcome of a prediction',
      description: 'The answer comes after the commit: 201 for the first outcome, 200 for one that replaces it.',
      tags: ['Feedback'],
      body: FeedbackSchema,
      response: { 200: StatusSchema, 201: StatusSchema },
    },
    handler: async (request, reply) => {
      const { predictionId, outcome, name = 'outcome', sample = 0 } = request.body as Static<typeof FeedbackSchema>;
      checkAge(predictionId);
      const stored = store.store({ predictionId, outcome, name, sample });
      const status = await fromDatabase(stored.catch(refuseOtherKind));
      reply.code(status === 'stored' ? 201 : 200);
      return { status };
    },
  });
};

const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** The first 48 bits of a UUIDv7 are its time in milliseconds. @throws {HttpError} 400 */
function checkAge(predictionId: string): void {
  const field = 'predictionId';
  if (!uuidv7.test(predictionId)) throw badRequest(`${field}: must be the UUID of a prediction`, field);
  const age = Date.now() - Number.parseInt(predictionId.slice(0, 8) + predictionId.slice(9, 13), 16);
  if (age > feedbackWindowMs) throw badRequest(`${field}: the prediction is older than 30 days`, field);
  if (age < -clockSkewMs) throw badRequest(`${field}: the prediction lies in the future`, field);
}

function refuseOtherKind(error: unknown): never {
  if (error instanceof OtherKindError) throw badRequest(`outcome: ${error.message}`, 'outcome');
  throw error;
}
