import type { Pool } from 'pg';
import { readInTime } from '../../database/commit/outcomes';
import type { StoredEvent } from '../format/event';
import { type EventRow, eventColumns, eventOf } from '../store/event-row';
import type { Place } from '../store/new-event';
import { isStorable } from '../store/storable';

/**
 * Finds the event of an id.
 * @param waitMs how long the database may take, in milliseconds
 * @throws {NothingStoredError} if it takes longer
 */
export async function findEvent(
  pool: Pool,
  { app, channel }: Place,
  eventId: string,
  waitMs: number,
): Promise<StoredEvent | undefined> {
  if (!isStorable(eventId)) return undefined;
  const found = pool.query<EventRow>({
    name: 'find_event',
    text: `select ${eventColumns} from events where app = $1 and channel = $2 and event_id = $3`,
    values: [app, channel, eventId],
  });
  const { rows } = await readInTime(waitMs, found);
  return rows[0] && eventOf(rows[0]);
}
