import type { FastifyRequest } from 'fastify';
import { HttpError } from '../../http/errors';
import type { EventContext } from '../context';
import type { Event } from '../format/event';
import { grantOf, invalidKey } from '../http/access';
import { type NewEvent, newEvent, type Outcome } from '../store/new-event';

export const conflictMessage = 'An event with this eventId and other content already exists.';

/** How long a request may still wait for the database, in milliseconds. */
export const patienceOf = ({ config }: EventContext, { waitedMs }: FastifyRequest): number =>
  Math.max(0, config.commitWaitMs - waitedMs);

/** An event and what became of it. */
export interface Written {
  readonly eventId: string;
  readonly outcome: Outcome;
}

/**
 * Stores the events of one request, all or none.
 * @throws {HttpError} 401 if the app or channel was deleted since the key was looked up
 * @throws {NothingStoredError | UnknownOutcomeError} if the database does not answer in time
 */
export async function writeEvents(
  context: EventContext,
  request: FastifyRequest,
  events: readonly Event[],
): Promise<readonly Written[]> {
  const grant = grantOf(request);
  const given: readonly NewEvent[] = events.map((event) => newEvent(event, grant));
  const outcomes = await context.store.store(given, patienceOf(context, request));
  if (outcomes.includes('nowhere')) throw invalidKey();
  return given.map(({ stored }, index) => ({ eventId: stored.eventId, outcome: outcomes[index] as Outcome }));
}

/**
 * Stores one event and makes the answer.
 * @throws {HttpError} 409 if its id has another content
 */
export async function writeEvent(context: EventContext, request: FastifyRequest, event: Event): Promise<string> {
  const [written] = await writeEvents(context, request, [event]);
  const { eventId, outcome } = written as Written;
  if (outcome === 'conflict') throw new HttpError(409, conflictMessage);
  return JSON.stringify({ eventId });
}
