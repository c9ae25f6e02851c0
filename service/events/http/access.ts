import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { readCredential } from '../../auth/credential';
import { HttpError } from '../../http/errors';
import { quote } from '../format/invalid-input';
import type { Place } from '../store/new-event';
import { firstOf } from './parameters';
import type { KeyAccess, RememberedKeys } from './remembered-keys';

/** What the caller of a request may do, and where. */
export interface Grant extends Place {
  /** The events it may write; none means all. */
  readonly events: ReadonlySet<string>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined on routes that need no key. */
    grant: Grant | undefined;
    /** How long the request has waited for the database to look its key up, in milliseconds. */
    waitedMs: number;
  }
}

/** The grant of a request; routes that need a key have one. */
export function grantOf({ grant }: FastifyRequest): Grant {
  if (!grant) throw new Error('a route that needs a grant must need a key');
  return grant;
}

/** @throws {HttpError} 403 */
export function requireAllowed({ events }: Grant, event: string): void {
  if (events.size > 0 && !events.has(event)) throw new HttpError(403, `${quote(event)} events are not allowed`);
}

/** A key that is gone, or never was. */
export const invalidKey = (): HttpError => unauthorized('Invalid accessKey.');

/** Guards every route but the open ones, before the body is read. */
export const access = plugin(async (server: FastifyInstance, { keys }: { keys: RememberedKeys }) => {
  server.decorateRequest('grant', undefined);
  server.decorateRequest('waitedMs', 0);
  server.addHook('onRequest', (request, _reply, done) => {
    if (request.is404 || request.routeOptions.config.access === 'open') return done();
    const text = sentKey(request);
    const { channel } = request.query as { channel?: string | string[] };
    const channelName = firstOf(channel);
    // Most requests bring a key that was looked up just before, and are decided at once.
    const key = keys.remembered(text);
    const place = key && channelIn(key, channelName);
    if (key && place !== undefined) {
      request.grant = { app: key.app, channel: place, events: key.events };
      return done();
    }
    const startedAt = performance.now();
    keys.lookUp(text).then((found) => {
      request.waitedMs = performance.now() - startedAt;
      if (!found) return done(invalidKey());
      const number = channelIn(found, channelName);
      if (number === undefined) return done(unauthorized(`Invalid channel '${quote(channelName ?? '')}'.`));
      request.grant = { app: found.app, channel: number, events: found.events };
      done();
    }, done);
  });
});

const unauthorized = (message: string): HttpError =>
  new HttpError(401, message, { headers: { 'www-authenticate': 'Basic realm="events", charset="UTF-8"' } });

/** The number of a channel, 0 without a name; undefined if there is none of the name. */
const channelIn = ({ channels }: KeyAccess, name: string | undefined): number | undefined =>
  name === undefined ? 0 : channels.get(name);

/**
 * The key as sent, which need not exist.
 * @throws {HttpError} 401 if there is none
 */
function sentKey({ query, headers, raw }: FastifyRequest): string {
  const { accessKey } = query as { accessKey?: string | string[] };
  const parameter = firstOf(accessKey);
  if (parameter !== undefined) {
    if (parameter === '') throw invalidKey();
    return parameter;
  }
  if (headers.authorization === undefined) throw unauthorized('Missing accessKey.');
  const credential = readCredential({ rawHeaders: raw.rawHeaders });
  if (typeof credential === 'string' || credential.kind !== 'basic') throw invalidKey();
  return credential.user;
}
