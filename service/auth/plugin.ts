import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import plugin from 'fastify-plugin';
import { ConfigError } from '../../config/resolve';
import type { AuthConfig } from '../../config/schema';
import { HttpError } from '../http/errors';
import { createAuthenticator } from './authenticate';
import { allows, type Caller, type Scope } from './caller';
import { readCredential } from './credential';
import { hasCredentials, type KeyPair } from './generated-keys';
import { crossSiteRefusal, foreignSite, isCrossSite } from './loopback';
import { createPolicy } from './policy';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; undefined on routes that need no credential. */
    caller: Caller | undefined;
  }
}

export interface AuthenticationOptions {
  readonly auth: AuthConfig;
  /** Hosts that the service listens on, without ports. */
  readonly addresses: readonly string[];
  /**
   * Keys for a service that needs credentials and has none configured.
   * @default none
   */
  readonly keys?: KeyPair | undefined;
  /** Hears of settings that leave too much open. */
  readonly logger: FastifyBaseLogger;
  /**
   * Milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: () => number;
}

/** Guards every route by its `config.access`, before the body is read. */
export const authentication = plugin(async (server: FastifyInstance, options: AuthenticationOptions) => {
  const policy = createPolicy(options.auth, options.addresses);
  const authenticator = createAuthenticator(options.auth, options.keys, options.now);
  if (policy.needsCredentials && !options.keys && !hasCredentials(options.auth)) {
    throw new ConfigError(['auth: credentials are required, but there are none; make one with `modelapp key api`']);
  }
  for (const warning of policy.warnings) options.logger.warn(warning);

  async function identify(request: FastifyRequest, acceptsAccessKey: boolean): Promise<Caller> {
    const { accessKey } = request.query as { accessKey?: unknown };
    const { rawHeaders } = request.raw;
    const credential = readCredential(acceptsAccessKey ? { rawHeaders, accessKey } : { rawHeaders });
    const caller = typeof credential === 'string' ? undefined : await authenticator.authenticate(credential);
    if (caller) return caller;
    const message = credential === 'missing' ? 'this needs a credential' : 'the credential is not valid';
    throw new HttpError(401, message, { headers: { 'www-authenticate': authenticator.challenge } });
  }

  server.decorateRequest('caller', undefined);
  // Each route gets a guard that knows its level; a request would have to look it up.
  server.addHook('onRoute', (route) => {
    // It promises nothing: most requests of a service without credentials are decided at once.
    const guard: onRequestHookHandler = (request, _reply, done) => {
      // Known only now, as hooks of plugins may still have set it after this one.
      const { access = 'admin', acceptsAccessKey = false } = route.config ?? {};
      const requirement = policy.requirement(access, route.url, request.url);
      if (requirement === 'nothing') return done();
      if (requirement === 'local') {
        const refusal = foreignSite(request.headers);
        return refusal ? done(new HttpError(403, refusal)) : done();
      }
      admit(request, requirement, acceptsAccessKey).then(() => done(), done);
    };
    route.onRequest = [guard, ...[route.onRequest ?? []].flat()];
  });

  async function admit(request: FastifyRequest, scope: Scope, acceptsAccessKey: boolean): Promise<void> {
    // A browser adds a Basic password it remembers to whatever another site's page sends here.
    if (scope === 'admin' && isCrossSite(request.headers)) throw new HttpError(403, crossSiteRefusal);
    request.caller = await identify(request, acceptsAccessKey);
    if (!allows(request.caller, scope)) throw new HttpError(403, `this needs the scope '${scope}'`);
  }
});
