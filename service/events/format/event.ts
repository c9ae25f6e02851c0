import { equalJson } from './json';
import { parseJson } from './parse-json';
import { type EventTime, formatTime, formatUtc } from './time';

/** An event as a client sends it, checked. */
export interface Event {
  /** The client's; the server gives an event without one its own. */
  readonly eventId: string | undefined;
  readonly event: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly targetEntityType: string | undefined;
  readonly targetEntityId: string | undefined;
  /** Compact JSON text of an object, numbers as they were written. */
  readonly properties: string;
  /** The time of the server if left out. */
  readonly eventTime: EventTime | undefined;
  readonly prId: string | undefined;
}

/** An event as the server keeps it. */
export interface StoredEvent extends Event {
  readonly eventId: string;
  readonly eventTime: EventTime;
  /** Milliseconds since the epoch. */
  readonly creationTime: number;
}

/** The event as clients get it, in JSON. */
export function formatEvent(event: StoredEvent): string {
  const { targetEntityType, targetEntityId, prId } = event;
  const optional = (name: string, value: string | undefined) =>
    value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;
  return (
    `{"eventId":${JSON.stringify(event.eventId)},"event":${JSON.stringify(event.event)}` +
    `,"entityType":${JSON.stringify(event.entityType)},"entityId":${JSON.stringify(event.entityId)}` +
    optional('targetEntityType', targetEntityType) +
    optional('targetEntityId', targetEntityId) +
    `,"properties":${event.properties},"eventTime":"${formatTime(event.eventTime)}"` +
    optional('prId', prId) +
    `,"creationTime":"${formatUtc(event.creationTime)}"}`
  );
}

const compared = ['eventId', 'event', 'entityType', 'entityId', 'targetEntityType', 'targetEntityId', 'prId'] as const;

/**
 * Whether an event repeats one that is stored: all fields are the same, times as instants, properties as JSON values. An
 * event that was sent without a time repeats one of any time.
 */
export const repeats = (sent: Event, stored: StoredEvent): boolean =>
  compared.every((field) => sent[field] === stored[field]) &&
  (sent.eventTime === undefined || sent.eventTime.millis === stored.eventTime.millis) &&
  (sent.properties === stored.properties || equalJson(parseJson(sent.properties), parseJson(stored.properties)));
