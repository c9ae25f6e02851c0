import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import { HttpError } from '../../http/errors';
import type { EventContext } from '../context';
import { formatEvent, type StoredEvent } from '../format/event';
import { parseEvent } from '../format/parse-event';
import { grantOf, requireAllowed } from '../http/access';
import { jsonOf } from '../http/bodies';
import { arrayStream, sendJson } from '../http/json-answer';
import {
  anything,
  flag,
  linkToNext,
  pageCursor,
  pageLimit,
  querySchema,
  readParameters,
  text,
  texts,
  time,
} from '../http/parameters';
import { EventSchema, MessageSchema, NewEventSchema, StoredSchema } from '../http/schemas';
import { findEvent } from '../read/find-event';
import { readEventCursor } from '../read/list-events';
import { patienceOf, writeEvent } from './write';

const listParameters = {
  startTime: time('Events at or after this time.'),
  untilTime: time('Events before this time.'),
  entityType: text('Events of entities of this type.'),
  entityId: text('Events of entities with this id.'),
  targetEntityType: text('Events with a target of this type.'),
  targetEntityId: text('Events with a target of this id.'),
  event: texts('Events of any of these names.'),
  limit: pageLimit('Most events of a page; -1 for all.'),
  reversed: flag('Latest first; needs `entityType` and `entityId`.'),
  cursor: pageCursor(readEventCursor),
};

const notFound = () => new HttpError(404, 'Not Found');
const tags = ['Events'];

/** Single events, and lists of them. */
export const events: FastifyPluginAsync<{ context: EventContext }> = async (server, { context }) => {
  server.route({
    method: 'POST',
    url: '/events.json',
    config: { contentType: 'application/json', errors: [409, 503] },
    schema: {
      summary: 'Store an event; answers once it is safe',
      tags,
      body: NewEventSchema,
      response: { 201: StoredSchema },
    },
    handler: async (request, reply) => {
      const event = parseEvent(jsonOf(request));
      requireAllowed(grantOf(request), event.event);
      return sendJson(reply.code(201), await writeEvent(context, request, event));
    },
  });

  server.route({
    method: 'GET',
    url: '/events.json',
    config: { errors: [400, 404, 503] },
    schema: {
      summary: 'List events in order of their time, then of their arrival',
      tags,
      querystring: querySchema(listParameters),
      response: { 200: Type.Array(EventSchema) },
    },
    handler: async (request, reply) => {
      const { limit, cursor, event, ...filter } = readParameters(listParameters, request);
      if (filter.reversed && (filter.entityType === undefined || filter.entityId === undefined)) {
        const needs = 'The parameter reversed can only be used with both entityType and entityId specified.';
        throw new HttpError(400, needs);
      }
      const waitMs = patienceOf(context, request);
      const options = { limit, cursor, waitMs };
      const page = await context.lister.page(grantOf(request), { ...filter, events: event }, options);
      if (page.next !== undefined) reply.header('link', linkToNext(request, page.next));
      if ('whole' in page) {
        if (page.whole.length === 0 && !cursor) throw notFound();
        return sendJson(reply, `[${page.whole.map(formatEvent).join(',')}]`);
      }
      const body = await arrayStream(formatted(page.stream));
      if (!body && !cursor) throw notFound();
      return sendJson(reply, body ?? '[]');
    },
  });

  server.route<{ Params: { eventId: string } }>({
    method: 'GET',
    url: `/events/${anything('eventId')}.json`,
    config: { errors: [404, 503] },
    schema: { summary: 'Look an event up', tags, response: { 200: EventSchema } },
    handler: async (request, reply) => {
      const { eventId } = request.params;
      const event = await findEvent(context.database, grantOf(request), eventId, patienceOf(context, request));
      if (!event) throw notFound();
      return sendJson(reply, formatEvent(event));
    },
  });

  server.route<{ Params: { eventId: string } }>({
    method: 'DELETE',
    url: `/events/${anything('eventId')}.json`,
    config: { errors: [404, 503] },
    schema: { summary: 'Delete an event; its id is free then', tags, response: { 200: MessageSchema } },
    handler: async (request, reply) => {
      const { eventId } = request.params;
      const found = await context.store.remove(grantOf(request), eventId, patienceOf(context, request));
      if (!found) throw notFound();
      return sendJson(reply, '{"message":"Found"}');
    },
  });
};

async function* formatted(stream: AsyncIterable<StoredEvent>): AsyncGenerator<string> {
  for await (const event of stream) yield formatEvent(event);
}
