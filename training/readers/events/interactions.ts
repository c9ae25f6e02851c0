import type { Pool } from 'pg';
import { describeDataSource, type InteractionSource } from '../../../config/models/data-source';
import { DataError } from '../../data-error';
import { readByCursor } from '../read-by-cursor';
import { conditionsOf } from './conditions';
import { findEventPlace } from './event-place';

/** What one entity did with another. */
export interface Interaction {
  /** The name of the event. */
  readonly event: string;
  readonly entityId: string;
  readonly targetEntityId: string;
  /** Of the property that the source names; undefined if the event has none. */
  readonly value: number | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

interface InteractionRow {
  readonly event_id: string;
  readonly event: string;
  readonly entity_id: string;
  readonly target_entity_id: string;
  /** JSON text; null without such a property. */
  readonly value: string | null;
  readonly time: number;
}

/**
 * Reads interactions in order of time, equal times in order of ids, a thousand in memory at a time.
 * The database ends a reading whose reader takes longer than half a minute for a thousand.
 *
 * @throws {DataError} if there is no such app or channel, or a value is not a number
 */
export async function* readInteractions(
  pool: Pool,
  source: InteractionSource,
  signal?: AbortSignal,
): AsyncGenerator<Interaction> {
  const rows = readByCursor<InteractionRow>(
    pool,
    async (client) => queryOf(await findEventPlace(client, source), source),
    signal,
  );
  for await (const { event_id, event, entity_id, target_entity_id, value, time } of rows) {
    yield {
      event,
      entityId: entity_id,
      targetEntityId: target_entity_id,
      value: value === null ? undefined : numberOf(value, event_id, source),
      time,
    };
  }
}

function queryOf(place: Parameters<typeof conditionsOf>[0], source: InteractionSource) {
  const { names, entityType, targetEntityType, value } = source.interactions;
  const conditions = conditionsOf(place, source)
    .add('event = any($)', names)
    .add('entity_type = $', entityType)
    .add('target_entity_type = $', targetEntityType);
  const values = [...conditions.values, value ?? null];
  const text = `select event_id, event, entity_id, target_entity_id,
      (properties -> $${values.length}::text)::text as value, (extract(epoch from event_time) * 1000)::float8 as time
    from events where ${conditions} order by event_time, event_id`;
  return { text, values };
}

function numberOf(json: string, eventId: string, source: InteractionSource): number | undefined {
  const value: unknown = JSON.parse(json);
  if (value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new DataError(
    `${describeDataSource(source)}: event ${eventId}: ${source.interactions.value}: ${json.slice(0, 40)} is not a number`,
  );
}
