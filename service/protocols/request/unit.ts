import type { FastifyRequest } from 'fastify';
import { versionHeader } from '../../../config/environment';

/** For whom an experiment counts a prediction. */
export interface Unit {
  /** `user:ada`; absent if the request names nobody. */
  readonly unit?: string;
  /** False if the client asked for this version itself, so that the prediction counts in no experiment. */
  readonly assigned: boolean;
}

/**
 * The user that a request names: in the header `x-modelapp-user`, else in the query parameter `user`, else in the field
 * `uid` or `user` of a JSON object.
 */
export function unitOf({ headers, query, body }: FastifyRequest): Unit {
  const assigned = headers[versionHeader] === undefined;
  const fields = (body ?? {}) as { uid?: unknown; user?: unknown };
  const user =
    nameOf(headers['x-modelapp-user']) ??
    nameOf((query as { user?: unknown }).user) ??
    nameOf(fields.uid) ??
    nameOf(fields.user);
  return user === undefined ? { assigned } : { assigned, unit: `user:${user}` };
}

/** A name, the first of repeated ones; ids are text, so that 7 and "7" are one user. */
function nameOf(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'number') return String(first);
  return typeof first === 'string' && first !== '' ? first : undefined;
}
