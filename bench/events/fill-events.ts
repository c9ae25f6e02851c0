import type { Client } from 'pg';
import type { Place } from '../../service/events/store/new-event';
import { whole } from '../table';
import { deeds, firstMillis, millisBetween, people, things } from './shop';

const eventsPerStep = 500_000;

/**
 * Makes events of the shop within the database, which is faster than sending them, and tells how far it is. The table is
 * vacuumed and analysed then, as autovacuum would do in time.
 */
export async function fillEvents(client: Client, { app, channel }: Place, count: number): Promise<void> {
  // What a crash loses is made again.
  await client.query(`set synchronous_commit = off; set maintenance_work_mem = '512MB'`);
  const indexes = await dropIndexes(client);
  for (let done = 0; done < count; ) {
    const end = Math.min(count, done + eventsPerStep);
    await client.query(insertion, [app, channel, deeds, firstMillis, millisBetween(count), done, end - 1]);
    done = end;
    console.error(`${whole(done)} of ${whole(count)} events made`);
  }
  for (const { name, definition } of indexes) {
    console.error(`Making the index ${name}`);
    await client.query(definition);
  }
  await client.query('vacuum analyze events');
  await client.query('checkpoint');
}

/** The ids are like UUIDv7: 48 bits of time, then randomness. */
const insertion = `insert into events (
  app, channel, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id, properties, event_time,
  event_offset_minutes, created_at
)
select $1, $2, lpad(to_hex(millis), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14),
  ($3::text[])[1 + floor(random() * cardinality($3::text[]))::int], 'user', 'u' || who, 'item', 'i' || what,
  ('{"price":' || what / 100 || '.5,"quantity":' || 1 + n % 3 || '}')::json, time, 0, time
from (
  select n, millis, timestamptz 'epoch' + millis * interval '1 millisecond' as time,
    floor(${people} * power(random(), 2))::int as who, floor(${things} * power(random(), 2))::int as what
  from (select n, $4::bigint + n * $5::bigint as millis from generate_series($6::bigint, $7::bigint) n) moments
) events_of_shop`;

interface DroppedIndex {
  readonly name: string;
  readonly definition: string;
}

/** Drops the indexes of the table but its primary key: sorting all entries at once is faster than one after the other. */
async function dropIndexes(client: Client): Promise<readonly DroppedIndex[]> {
  const { rows } = await client.query<DroppedIndex>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
     from pg_index where indrelid = 'events'::regclass and not indisprimary`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows;
}
