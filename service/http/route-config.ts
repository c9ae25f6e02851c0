import type { Envelope } from './envelopes';

/** Who may call a route: anybody, holders of the predict scope, or holders of the admin scope. */
export type Access = 'open' | 'predict' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** @default 'admin' for a route that does not say, so that forgetting it closes the route */
    access?: Access;
    /** Whether the query parameter `accessKey` may carry the key. @default false */
    acceptsAccessKey?: boolean;
    /** The shape of the route's errors. @default nativeEnvelope */
    envelope?: Envelope;
    /** Statuses of errors of its own, for the documentation. @default none but those that any such route may answer */
    errors?: readonly number[];
  }
}
