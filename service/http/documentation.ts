import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { AuthConfig } from '../../config/schema';
import type { ServiceContext } from '../context';
import { documentErrors } from './error-documentation';

/** The page loads nothing from elsewhere and runs nothing but its own files. */
export const documentationPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The protocols, in the order of the page. */
const tags = [
  { name: 'ml-aws', description: 'Predict one sample; look recorded predictions up.' },
  { name: 'Palladium', description: 'Predict, train, activate.' },
  { name: 'Velox', description: 'Scores and rankings for users, observations that change them, retraining.' },
  { name: 'PredictionIO', description: 'Queries of an engine: items for a user, items like others, a label.' },
  { name: 'Open Inference', description: 'The Open Inference Protocol, version 2: tensors in, tensors out.' },
  { name: 'SageMaker and MLflow', description: 'CSV or data frames in, predictions out.' },
  { name: 'Feedback', description: 'What turned out about a prediction.' },
  { name: 'Revisions', description: 'What was trained, and what of it serves.' },
  { name: 'Jobs', description: 'Trainings and their state.' },
  { name: 'Health', description: 'For load balancers and orchestrators.' },
  { name: 'Operation', description: 'For monitoring.' },
];

/**
 * Describes the routes that are registered after it, from their schemas: `/docs` for people, `/docs/json` as OpenAPI 3.1.
 */
export const documentation = plugin(async (server: FastifyInstance, { context }: { context: ServiceContext }) => {
  const { config, version } = context;
  const title = `modelapp ${version}`;
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title,
        version,
        description: `The models of version ${version}: ${Object.keys(config.models).join(', ')}.`,
      },
      tags,
      components: { securitySchemes: securitySchemes(config.auth) },
    },
    transform: ({ schema, url, route }) => {
      const { access = 'admin', envelope, errors } = route.config ?? {};
      const security =
        access === 'open' ? [] : Object.keys(securitySchemes(config.auth)).map((name) => ({ [name]: [] }));
      const withErrors = documentErrors(schema, { methods: [route.method].flat(), access, envelope, errors });
      return { schema: { ...withErrors, security }, url };
    },
  });
  await server.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'predict' };
    });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: documentationPolicy,
      theme: { title },
    });
    pages.route({
      method: 'HEAD',
      url: '/docs',
      schema: { hide: true },
      handler: async (_request, reply) => reply.type('text/html; charset=utf-8').send(),
    });
  });
});

/** What may be sent where credentials are needed; API keys always work. */
function securitySchemes({ basic, oidc }: AuthConfig) {
  const apiKey = { type: 'apiKey', in: 'header', name: 'x-api-key' } as const;
  const password = { type: 'http', scheme: 'basic' } as const;
  const token = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } as const;
  return { ApiKey: apiKey, ...(basic.length > 0 && { Basic: password }), ...(oidc && { OpenIdConnect: token }) };
}
