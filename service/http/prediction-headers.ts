import type { FastifyReply } from 'fastify';
import type { Answered } from '../predictions/predictor';

/** Names the prediction and the revision that made it, on every prediction's response. */
export function setPredictionHeaders(
  reply: FastifyReply,
  { predictionId, revision }: Pick<Answered, 'predictionId' | 'revision'>,
): void {
  reply.header('x-prediction-id', predictionId);
  reply.header('x-modelapp-revision', revision);
}
