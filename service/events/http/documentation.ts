import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { documentationPolicy } from '../../http/documentation';
import { documentErrors } from '../../http/error-documentation';
import { eventEnvelope } from './errors';

const tags = [
  { name: 'Events', description: 'Store, look up, list and delete events.' },
  { name: 'Entities', description: 'What `$set`, `$unset` and `$delete` left behind.' },
  { name: 'Webhooks', description: 'Calls of other services, which become events.' },
  { name: 'Operation', description: 'Health, metrics, counts.' },
];

const securitySchemes = {
  AccessKey: { type: 'apiKey', in: 'query', name: 'accessKey' },
  Basic: { type: 'http', scheme: 'basic', description: 'The access key as the user, any password.' },
} as const;

const channel = {
  name: 'channel',
  in: 'query',
  description: 'A channel of the app; the default channel if absent.',
  schema: { type: 'string' },
} as const;

/** Describes the routes that are registered after it: `/docs` for people, `/openapi.json` as OpenAPI 3.1. */
export const documentation = plugin(async (server: FastifyInstance, { version }: { version: string }) => {
  const title = 'modelapp events';
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description: 'Stores events; what it answers 201 to is committed.' },
      tags,
      components: { securitySchemes },
    },
    transform: ({ schema, url, route }) => {
      const { access = 'predict', errors } = route.config ?? {};
      const security = access === 'open' ? [] : Object.keys(securitySchemes).map((name) => ({ [name]: [] }));
      const methods = [route.method].flat();
      return {
        schema: { ...documentErrors(schema, { methods, access, envelope: eventEnvelope, errors }), security },
        url,
      };
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      for (const path of Object.values(document.openapiObject.paths ?? {})) {
        for (const operation of Object.values(path ?? {})) addChannel(operation);
      }
      return document.openapiObject;
    },
  });
  await server.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'open' };
    });
    await pages.register(swaggerUi, { routePrefix: '/docs', staticCSP: documentationPolicy, theme: { title } });
    pages.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());
  });
});

/** The parameter that the check of the key reads, on every operation that needs one. */
function addChannel(operation: unknown): void {
  const { security, parameters } = operation as { security?: unknown[]; parameters?: unknown[] };
  if (!security || security.length === 0) return;
  Object.assign(operation as object, { parameters: [...(parameters ?? []), channel] });
}
