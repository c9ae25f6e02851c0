import type { ClientBase } from 'pg';
import { repeats } from '../format/event';
import { type EventRow, eventColumns, eventOf, timeOf } from './event-row';
import type { NewEvent, Outcome } from './new-event';

/**
 * One statement for any number of events. Numbers them in the order of arrival; locks app and channel, so that nobody
 * deletes them meanwhile; inserts in the order of ids, so that two transactions never wait for each other crosswise;
 * counts what is new. If some are not, it tells which are, by their numbers.
 */
const insertion = {
  name: 'store_events',
  text: `with given as materialized (
      select given.*, nextval('event_seq') as seq
      from unnest(
        $1::integer[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::bigint[], $11::smallint[], $12::text[], $13::bigint[]
      ) with ordinality as given (
        app, channel, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id,
        properties, event_millis, event_offset_minutes, pr_id, created_millis, position
      )
    ),
    locked_apps as materialized (
      select id from apps where id in (select app from given) order by id for key share
    ),
    locked_channels as materialized (
      select app, id from channels where (app, id) in (select app, channel from given) order by id for key share
    ),
    placed as materialized (
      select given.* from given
      where app in (select id from locked_apps)
        and (channel = 0 or (app, channel) in (select app, id from locked_channels))
    ),
    stored as (
      insert into events (
        app, channel, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id, properties,
        event_time, event_offset_minutes, pr_id, created_at, seq
      )
      select
        app, channel, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id, properties::json,
        ${timeOf('event_millis')}, event_offset_minutes, pr_id, ${timeOf('created_millis')}, seq
      from placed
      order by app, channel, event_id
      on conflict do nothing
      returning app, event, entity_type, target_entity_type, seq
    ),
    counted as (
      insert into event_stats as stats (app, hour, instance, entity_type, target_entity_type, event, count)
      select app, ${timeOf('$14::bigint')}, $15::uuid, entity_type, coalesce(target_entity_type, ''), event, count(*)
      from stored
      group by app, entity_type, coalesce(target_entity_type, ''), event
      on conflict (app, hour, instance, entity_type, target_entity_type, event)
        do update set count = stats.count + excluded.count
    )
    select
      array(select seq::text from given order by position) as given,
      array(select seq::text from placed) as placed,
      array(select seq::text from stored) as stored
    where (select count(*) from stored) < (select count(*) from given)`,
};

const hourMs = 3_600_000;

/**
 * Inserts events in a transaction of the caller's.
 * @param instance counts what it stores in rows of its own
 * @returns what became of each event, in their order
 */
export async function insertEvents(
  client: ClientBase,
  instance: string,
  events: readonly NewEvent[],
): Promise<readonly Outcome[]> {
  const outcomes = events.map((): Outcome => 'stored');
  let open: readonly number[] = [...events.keys()];
  while (open.length > 0) {
    const [firsts, others] = firstOfEachId(events, open);
    const compared = [...others];
    for (const { index, placed } of await insert(client, instance, pick(events, firsts))) {
      if (placed) compared.push(firsts[index]!);
      else outcomes[firsts[index]!] = 'nowhere';
    }
    open = compared.length === 0 ? [] : await compare(client, events, compared, outcomes);
  }
  return outcomes;
}

const keyOf = ({ app, channel, stored }: NewEvent): string => `${app} ${channel} ${stored.eventId}`;

/** Of events with one id the first is inserted; the others are compared with what is there then. */
function firstOfEachId(
  events: readonly NewEvent[],
  indexes: readonly number[],
): readonly [firsts: readonly number[], others: readonly number[]] {
  const seen = new Set<string>();
  const others: number[] = [];
  const firsts = indexes.filter((index) => {
    const key = keyOf(events[index]!);
    if (seen.has(key)) others.push(index);
    return seen.size < seen.add(key).size;
  });
  return [firsts, others];
}

const pick = (events: readonly NewEvent[], indexes: readonly number[]): readonly NewEvent[] =>
  indexes.length === events.length ? events : indexes.map((index) => events[index]!);

/** The numbers of events: all in the order given, those that have a place, those that are new. */
interface Numbers {
  readonly given: readonly string[];
  readonly placed: readonly string[];
  readonly stored: readonly string[];
}

/** An event that was not inserted. */
interface Rejected {
  readonly index: number;
  /** Whether its app and channel are there, so that it must be its id that is taken. */
  readonly placed: boolean;
}

async function insert(client: ClientBase, instance: string, events: readonly NewEvent[]): Promise<readonly Rejected[]> {
  const stored = events.map((event) => event.stored);
  const hour = Math.floor(Date.now() / hourMs) * hourMs;
  const { rows } = await client.query<Numbers>({
    ...insertion,
    values: [
      events.map(({ app }) => app),
      events.map(({ channel }) => channel),
      stored.map(({ eventId }) => eventId),
      stored.map(({ event }) => event),
      stored.map(({ entityType }) => entityType),
      stored.map(({ entityId }) => entityId),
      stored.map(({ targetEntityType }) => targetEntityType),
      stored.map(({ targetEntityId }) => targetEntityId),
      stored.map(({ properties }) => properties),
      stored.map(({ eventTime }) => eventTime.millis),
      stored.map(({ eventTime }) => eventTime.offsetMinutes),
      stored.map(({ prId }) => prId),
      stored.map(({ creationTime }) => creationTime),
      hour,
      instance,
    ],
  });
  return rows.flatMap(rejectedOf);
}

function rejectedOf(numbers: Numbers): readonly Rejected[] {
  const [placed, stored] = [new Set(numbers.placed), new Set(numbers.stored)];
  return numbers.given.flatMap((seq, index) => (stored.has(seq) ? [] : [{ index, placed: placed.has(seq) }]));
}

/** Compares events with those of the same ids; returns the ones whose ids became free in between. */
async function compare(
  client: ClientBase,
  events: readonly NewEvent[],
  indexes: readonly number[],
  outcomes: Outcome[],
): Promise<readonly number[]> {
  const { rows } = await client.query<EventRow & { readonly app: number; readonly channel: number }>(
    `select app, channel, ${eventColumns} from events
     where (app, channel, event_id) in (select * from unnest($1::integer[], $2::integer[], $3::text[]))`,
    [
      indexes.map((index) => events[index]!.app),
      indexes.map((index) => events[index]!.channel),
      indexes.map((index) => events[index]!.stored.eventId),
    ],
  );
  const found = new Map(rows.map((row) => [`${row.app} ${row.channel} ${row.event_id}`, row]));
  return indexes.filter((index) => {
    const event = events[index]!;
    const row = found.get(keyOf(event));
    // An id of ours is there only if an earlier attempt was committed.
    if (row) outcomes[index] = isOurs(event) || repeats(event.sent, eventOf(row)) ? 'repeated' : 'conflict';
    return !row;
  });
}

const isOurs = ({ sent }: NewEvent): boolean => sent.eventId === undefined;
