import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { ServiceContext } from '../context';

/** The page loads nothing from elsewhere and runs nothing but its own files. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Describes the routes that are registered after it, from their schemas: `/docs` for people, `/docs/json` as OpenAPI 3.1.
 */
export const documentation = plugin(async (server: FastifyInstance, { context }: { context: ServiceContext }) => {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: `modelapp ${context.version}`, version: context.version },
    },
  });
  await server.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'predict' };
    });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: contentSecurityPolicy,
      theme: { title: `modelapp ${context.version}` },
    });
  });
});
