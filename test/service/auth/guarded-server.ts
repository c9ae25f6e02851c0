import Fastify, { type FastifyInstance } from 'fastify';
import type { AuthConfig } from '../../../config/schema';
import { type AuthenticationOptions, authentication } from '../../../service/auth/plugin';
import { errorHandling } from '../../../service/http/error-handling';

/** The `auth` of a configuration with its defaults. */
export const authConfig = (given: Partial<AuthConfig> = {}): AuthConfig => ({ apiKeys: [], basic: [], ...given });

/** A server with a route of each level; `POST /echo` tells whether its body was read. */
export async function guardedServer(
  options: Partial<Omit<AuthenticationOptions, 'auth'>> & { auth?: Partial<AuthConfig> } = {},
): Promise<FastifyInstance> {
  const server = Fastify();
  const logger = server.log;
  await server.register(errorHandling, { logger });
  await server.register(authentication, { addresses: ['0.0.0.0'], logger, ...options, auth: authConfig(options.auth) });
  server.get('/healthz', { config: { access: 'open' } }, async () => 'open');
  server.get('/metrics', { config: { access: 'predict' } }, async ({ caller }) => caller?.name ?? 'nobody');
  server.post('/echo', { config: { access: 'predict' } }, async ({ body }) => body);
  server.get('/models/:model/ready', { config: { access: 'predict' } }, async () => 'ready');
  server.get('/jobs', { config: { access: 'admin' } }, async () => 'admin');
  server.post('/stop', { config: { access: 'admin', acceptsAccessKey: true } }, async () => 'stopped');
  server.get('/forgotten', async () => 'forgotten');
  return server;
}
