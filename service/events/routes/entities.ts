import type { FastifyPluginAsync } from 'fastify';
import Type from 'typebox';
import { HttpError } from '../../http/errors';
import type { EventContext } from '../context';
import { grantOf } from '../http/access';
import { sendJson } from '../http/json-answer';
import { anything, linkToNext, pageCursor, querySchema, readParameters, wholeNumber } from '../http/parameters';
import { EntitySchema } from '../http/schemas';
import { readEntityCursor } from '../read/entities';
import { patienceOf } from './write';

const pageParameters = {
  limit: wholeNumber('Most entities of a page.', 1_000),
  cursor: pageCursor(readEntityCursor),
};
const tags = ['Entities'];

/** Entities as `$set`, `$unset` and `$delete` left them. */
export const entities: FastifyPluginAsync<{ context: EventContext }> = async (server, { context }) => {
  server.route<{ Params: { entityType: string; entityId: string } }>({
    method: 'GET',
    url: `/entities/${anything('entityType')}/${anything('entityId')}.json`,
    config: { errors: [404, 503] },
    schema: { summary: 'The state of an entity', tags, response: { 200: EntitySchema } },
    handler: async (request, reply) => {
      const { entityType, entityId } = request.params;
      const entity = await context.entities.find(
        grantOf(request),
        { entityType, entityId },
        patienceOf(context, request),
      );
      if (entity === undefined) throw new HttpError(404, 'Not Found');
      return sendJson(reply, entity);
    },
  });

  server.route<{ Params: { entityType: string } }>({
    method: 'GET',
    url: `/entities/${anything('entityType')}.json`,
    config: { errors: [400, 503] },
    schema: {
      summary: 'The entities of a type that have a state, by id in byte order',
      tags,
      querystring: querySchema(pageParameters),
      response: { 200: Type.Array(EntitySchema) },
    },
    handler: async (request, reply) => {
      const { limit, cursor: after } = readParameters(pageParameters, request);
      const options = { limit, after, waitMs: patienceOf(context, request) };
      const page = await context.entities.page(grantOf(request), request.params.entityType, options);
      if (page.next !== undefined) reply.header('link', linkToNext(request, page.next));
      return sendJson(reply, `[${page.entities.join(',')}]`);
    },
  });
};
