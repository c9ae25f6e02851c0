import { newTimeOrderedId } from '../../time-ordered-id';
import type { Event, StoredEvent } from '../format/event';

/** Where events are kept apart from those of others. */
export interface Place {
  readonly app: number;
  /** 0 is the default channel. */
  readonly channel: number;
}

/** An event that is to be stored. */
export interface NewEvent extends Place {
  readonly sent: Event;
  /** With the id and the times that the server gives it, so that storing it twice is storing it once. */
  readonly stored: StoredEvent;
}

/** Gives an event what its client left out. */
export function newEvent(sent: Event, { app, channel }: Place): NewEvent {
  const now = Date.now();
  const stored = {
    ...sent,
    eventId: sent.eventId ?? newTimeOrderedId().toHex(),
    eventTime: sent.eventTime ?? { millis: now, offsetMinutes: 0 },
    creationTime: now,
  };
  return { app, channel, sent, stored };
}

/** What became of an event. */
export type Outcome =
  | 'stored'
  /** It is there already, with the same content. */
  | 'repeated'
  /** Its id has another content. */
  | 'conflict'
  /** App or channel was deleted meanwhile. */
  | 'nowhere';
