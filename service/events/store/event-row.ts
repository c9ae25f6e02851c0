import type { StoredEvent } from '../format/event';

/** A row of `events` as {@link eventColumns} selects it. */
export interface EventRow {
  readonly event_id: string;
  readonly event: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly target_entity_type: string | null;
  readonly target_entity_id: string | null;
  readonly properties: string;
  readonly event_millis: number;
  readonly event_offset_minutes: number;
  readonly pr_id: string | null;
  readonly created_millis: number;
}

/** A time as milliseconds since the epoch; exact, as stored times are whole milliseconds. */
export const millisOf = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** What to select of `events` for an {@link EventRow}. */
export const eventColumns = `event_id, event, entity_type, entity_id, target_entity_type, target_entity_id,
  properties::text as properties, ${millisOf('event_time')} as event_millis, event_offset_minutes, pr_id,
  ${millisOf('created_at')} as created_millis`;

/** SQL for the time that a number of milliseconds since the epoch means; exact for all years that events may have. */
export const timeOf = (millis: string): string =>
  `('epoch'::timestamptz + ${millis} / 1000 * interval '1 second' + ${millis} % 1000 * interval '1 millisecond')`;

export const eventOf = (row: EventRow): StoredEvent => ({
  eventId: row.event_id,
  event: row.event,
  entityType: row.entity_type,
  entityId: row.entity_id,
  targetEntityType: row.target_entity_type ?? undefined,
  targetEntityId: row.target_entity_id ?? undefined,
  properties: row.properties,
  eventTime: { millis: row.event_millis, offsetMinutes: row.event_offset_minutes },
  prId: row.pr_id ?? undefined,
  creationTime: row.created_millis,
});
