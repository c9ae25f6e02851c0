import { copyField } from '../../database/copy-text';
import type { NewEvent } from '../store/new-event';

/** The columns of {@link copyLine}; the others of a row are the same for all. */
export const copyColumns = `event_id, event, entity_type, entity_id, target_entity_type, target_entity_id, properties,
  event_time, event_offset_minutes, pr_id, created_at`;

/** An event as a line of COPY, without its end. */
export function copyLine({ stored }: NewEvent): string {
  const { eventId, event, entityType, entityId, targetEntityType, targetEntityId, prId, eventTime } = stored;
  return (
    `${eventId}\t${copyField(event)}\t${copyField(entityType)}\t${copyField(entityId)}` +
    `\t${optional(targetEntityType)}\t${optional(targetEntityId)}\t${copyField(stored.properties)}` +
    `\t${timestamp(eventTime.millis)}\t${eventTime.offsetMinutes}\t${optional(prId)}\t${timestamp(stored.creationTime)}`
  );
}

const optional = (text: string | undefined): string => (text === undefined ? '\\N' : copyField(text));

/** The years 1 to 9999, in milliseconds since the epoch. */
const firstMillis = Date.parse('0001-01-01T00:00:00Z');
const endMillis = Date.parse('+010000-01-01T00:00:00Z');

/** A time as PostgreSQL reads it, which has no year 0 and no sign before a year. */
function timestamp(millis: number): string {
  const text = new Date(millis).toISOString();
  if (millis >= firstMillis && millis < endMillis) return text;
  const year = new Date(millis).getUTCFullYear();
  const monthOn = text.slice(text.indexOf('-', 1));
  return year > 0 ? `${year}${monthOn}` : `${String(1 - year).padStart(4, '0')}${monthOn} BC`;
}
