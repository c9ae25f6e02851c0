import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { HttpError } from '../../http/errors';
import type { EventContext } from '../context';
import { quote } from '../format/invalid-input';
import type { JsonObject } from '../format/json';
import { parseEvent } from '../format/parse-event';
import { fromMailChimp } from '../format/webhooks/mailchimp';
import { fromSegment } from '../format/webhooks/segment';
import { grantOf, requireAllowed } from '../http/access';
import { formOf, jsonOf } from '../http/bodies';
import { sendJson } from '../http/json-answer';
import { anything } from '../http/parameters';
import { MessageSchema, StoredSchema } from '../http/schemas';
import { writeEvent } from './write';

/** Turns the calls of one service into events. */
interface Connection {
  readonly name: string;
  readonly convert: (request: FastifyRequest) => JsonObject;
}

/** By the ending of the path, which says what the body is. */
const formats = {
  json: {
    contentType: 'application/json',
    connection: { name: 'segmentio', convert: (request) => fromSegment(jsonOf(request)) } satisfies Connection,
  },
  form: {
    contentType: 'application/x-www-form-urlencoded',
    connection: {
      name: 'mailchimp',
      convert: (request) => fromMailChimp(formOf(request)),
    } satisfies Connection,
  },
} as const;

interface Named {
  Params: { name: string };
}

/** Calls of other services, which become events. */
export const webhooks: FastifyPluginAsync<{ context: EventContext }> = async (server, { context }) => {
  for (const [ending, { contentType, connection }] of Object.entries(formats)) {
    const url = `/webhooks/${anything('name')}.${ending}`;
    const tags = ['Webhooks'];

    server.route<Named>({
      method: 'POST',
      url,
      config: { contentType, errors: [404, 409, 503] },
      schema: { summary: `Store a call of ${connection.name} as an event`, tags, response: { 201: StoredSchema } },
      onRequest: (request, _reply, done) => done(refusal(request.params.name, connection)),
      handler: async (request, reply) => {
        const event = parseEvent(connection.convert(request));
        requireAllowed(grantOf(request), event.event);
        return sendJson(reply.code(201), await writeEvent(context, request, event));
      },
    });

    server.route<Named>({
      method: 'GET',
      url,
      config: { errors: [404] },
      schema: { summary: `Whether calls of ${connection.name} are taken`, tags, response: { 200: MessageSchema } },
      onRequest: (request, _reply, done) => done(refusal(request.params.name, connection)),
      handler: async (_request, reply) => sendJson(reply, '{"message":"Ok"}'),
    });
  }
};

/** Told before the body is read. */
const refusal = (name: string, connection: Connection): HttpError | undefined =>
  name === connection.name ? undefined : new HttpError(404, `webhooks connection for ${quote(name)} is not supported.`);
