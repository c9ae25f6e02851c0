import type { FastifyPluginAsync } from 'fastify';
import type { ServiceContext } from '../context';
import { type Envelope, palladiumEnvelope } from '../http/envelopes';
import { HttpError } from '../http/errors';
import { alive } from './palladium/alive';
import { operations } from './palladium/operations';
import { predictRoutes } from './palladium/predict';

/** The protocol of Palladium: its predict services, its health check and the operation of its models. */
export const palladium: FastifyPluginAsync<{ context: ServiceContext }> = async (server, { context }) => {
  const envelope = badRequestEnvelope(palladiumEnvelope(context.config.palladium.serviceMetadata));
  for (const routes of [predictRoutes, alive, operations]) await server.register(routes, { context, envelope });
};

/** Every 400 begins in the same way; one that blames no field is a body that could not be read. */
const badRequestEnvelope =
  (envelope: Envelope): Envelope =>
  (error) => {
    if (error.status !== 400) return envelope(error);
    const fault = error.options.field === undefined ? '()' : error.message;
    return envelope(new HttpError(400, `BadRequest: ${fault}`, error.options));
  };
