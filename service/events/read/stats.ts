import type { Pool } from 'pg';
import { readInTime } from '../../database/commit/outcomes';
import { formatUtc } from '../format/time';
import { millisOf, timeOf } from '../store/event-row';

interface CountRow {
  readonly app_millis: number;
  readonly entity_type: string | null;
  readonly target_entity_type: string;
  readonly event: string;
  readonly current: string;
  readonly previous: string;
  readonly total: string;
}

const hourMs = 3_600_000;

/**
 * What was stored for an app over HTTP, by all instances, as the answer of `GET /stats.json`.
 * @param waitMs how long the database may take, in milliseconds
 * @throws {NothingStoredError} if it takes longer
 */
export async function readStats(pool: Pool, app: number, waitMs: number): Promise<unknown> {
  const now = Date.now();
  const hour = Math.floor(now / hourMs) * hourMs;
  const counted = pool.query<CountRow>(
    `select ${millisOf('apps.created_at')} as app_millis, entity_type, target_entity_type, event,
       coalesce(sum(count) filter (where hour = ${timeOf('$2::bigint')}), 0)::text as current,
       coalesce(sum(count) filter (where hour = ${timeOf('$3::bigint')}), 0)::text as previous,
       coalesce(sum(count), 0)::text as total
     from apps left join event_stats on event_stats.app = apps.id
     where apps.id = $1
     group by apps.id, entity_type, target_entity_type, event
     order by entity_type, target_entity_type, event`,
    [app, hour, hour - hourMs],
  );
  const { rows } = await readInTime(waitMs, counted);
  const part = (column: 'current' | 'previous' | 'total') => counts(rows, column);
  return {
    time: formatUtc(now),
    currentHour: { startTime: formatUtc(hour), ...part('current') },
    prevHour: { startTime: formatUtc(hour - hourMs), endTime: formatUtc(hour), ...part('previous') },
    longLive: { startTime: formatUtc(rows[0]?.app_millis ?? now), ...part('total') },
  };
}

function counts(rows: readonly CountRow[], column: 'current' | 'previous' | 'total') {
  const counted = rows.filter((row) => row.entity_type !== null && row[column] !== '0');
  const basic = counted.map(({ entity_type, target_entity_type, event, [column]: count }) => ({
    key: {
      entityType: entity_type,
      ...(target_entity_type !== '' && { targetEntityType: target_entity_type }),
      event,
    },
    value: Number(count),
  }));
  const stored = basic.reduce((sum, { value }) => sum + value, 0);
  // Only what was stored is counted, and that was answered 201.
  return { basic, statusCode: stored === 0 ? [] : [{ key: 201, value: stored }] };
}
