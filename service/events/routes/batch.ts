import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import { badRequest, HttpError } from '../../http/errors';
import type { EventContext } from '../context';
import type { Event } from '../format/event';
import { InvalidInputError } from '../format/invalid-input';
import type { JsonValue } from '../format/json';
import { parseEvent } from '../format/parse-event';
import { type Grant, grantOf, requireAllowed } from '../http/access';
import { jsonOf } from '../http/bodies';
import { sendJson } from '../http/json-answer';
import { BatchAnswerSchema, NewEventSchema } from '../http/schemas';
import { conflictMessage, type Written, writeEvents } from './write';

/** What a batch answers for an item that cannot be stored. */
interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Many events in one request: the good ones are stored together. */
export const batch: FastifyPluginAsync<{ context: EventContext }> = async (server, { context }) => {
  const { batchLimit } = context.config;
  server.route({
    method: 'POST',
    url: '/batch/events.json',
    config: { contentType: 'application/json', errors: [503] },
    schema: {
      summary: `Store up to ${batchLimit} events`,
      description: 'Answers for each event in their order. The good ones are stored together, or none of them.',
      tags: ['Events'],
      body: Type.Array(NewEventSchema, { maxItems: batchLimit }),
      response: { 200: BatchAnswerSchema },
    },
    handler: async (request, reply) => {
      const body = jsonOf(request);
      if (!Array.isArray(body)) throw badRequest('The request body must be a JSON array.');
      if (body.length > batchLimit) {
        throw badRequest(`Batch request must have less than or equal to ${batchLimit} events`);
      }
      const grant = grantOf(request);
      const items = body.map((item) => readItem(item, grant));
      const good = items.filter((item): item is Event => !isRefusal(item));
      const written = good.length === 0 ? [] : await writeEvents(context, request, good);
      let next = 0;
      const answers = items.map((item) => (isRefusal(item) ? item : answerTo(written[next++] as Written)));
      return sendJson(reply, JSON.stringify(answers));
    },
  });
};

function readItem(item: JsonValue, grant: Grant): Event | Refusal {
  try {
    const event = parseEvent(item, 'The event must be a JSON object.');
    requireAllowed(grant, event.event);
    return event;
  } catch (error) {
    if (error instanceof InvalidInputError) return { status: 400, message: error.message };
    if (error instanceof HttpError) return { status: error.status, message: error.message };
    throw error;
  }
}

const isRefusal = (item: Event | Refusal): item is Refusal => 'status' in item;

const answerTo = ({ eventId, outcome }: Written) =>
  outcome === 'conflict' ? { status: 409, message: conflictMessage } : { status: 201, eventId };
