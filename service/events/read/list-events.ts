import type { ClientBase, Pool } from 'pg';
import { readInTime } from '../../database/commit/outcomes';
import type { StoredEvent } from '../format/event';
import { type EventRow, eventColumns, eventOf, timeOf } from '../store/event-row';
import type { Place } from '../store/new-event';
import { isStorable } from '../store/storable';
import { readCursor, writeCursor } from './cursor';
import { streamRows } from './stream-rows';

/** Which events of a place are wanted; what is undefined does not matter. */
export interface EventFilter {
  /** At or after, in milliseconds since the epoch. */
  readonly startTime: number | undefined;
  /** Before, in milliseconds since the epoch. */
  readonly untilTime: number | undefined;
  readonly entityType: string | undefined;
  readonly entityId: string | undefined;
  readonly targetEntityType: string | undefined;
  readonly targetEntityId: string | undefined;
  /** Any of these; none means all. */
  readonly events: readonly string[];
  /** Latest first. */
  readonly reversed: boolean;
}

/** The end of a page of events. */
export interface EventCursor {
  readonly millis: number;
  readonly seq: string;
  /** Events that arrived later do not belong to the pages, so that these come to an end. */
  readonly latest: string;
}

/** A page, in memory or on its way. */
export type EventPage = (
  | { readonly whole: readonly StoredEvent[] }
  | { readonly stream: AsyncIterable<StoredEvent> }
) & {
  /** Undefined on the last page. */
  readonly next: string | undefined;
};

/** Which page of a list is wanted. */
export interface PageOptions {
  /** Infinity for all that is left. */
  readonly limit: number;
  /** Where it starts; undefined for the first page. */
  readonly cursor: EventCursor | undefined;
  /** How long the database may take to answer, in milliseconds. */
  readonly waitMs: number;
}

interface ListedRow extends EventRow {
  readonly seq: string;
  readonly latest: string;
}

/** A page up to this size is in memory as a whole; events may have a million characters. */
const longestInMemory = 100;

/** Reads the cursor of a page; undefined if it is none of ours. */
export function readEventCursor(text: string): EventCursor | undefined {
  const [millis = '', seq = '', latest = ''] = readCursor(text, 3) ?? [];
  // The times that events may have are of 15 digits at most, and the database has none before 4714 BC.
  const isTime = /^-?\d{1,15}$/.test(millis) && Number(millis) > -2e14;
  const isOurs = isTime && [seq, latest].every((number) => /^\d{1,18}$/.test(number));
  return isOurs ? { millis: Number(millis), seq, latest } : undefined;
}

/** Lists the events of a place in order of their time, then of their arrival. */
export class EventLister {
  /**
   * @param pool connections for short lists
   * @param streams connections for long lists, which last as long as their clients take
   */
  constructor(
    private readonly pool: Pool,
    private readonly streams: Pool,
  ) {}

  /**
   * Finds one page.
   * @throws {NothingStoredError} if the database does not answer in time
   */
  async page(place: Place, filter: EventFilter, { limit, cursor, waitMs }: PageOptions): Promise<EventPage> {
    const { entityType, entityId, targetEntityType, targetEntityId, events } = filter;
    const texts = [entityType, entityId, targetEntityType, targetEntityId, ...events];
    if (texts.some((text) => text !== undefined && !isStorable(text))) return { whole: [], next: undefined };
    const query = new EventQuery(place, filter, cursor);
    return limit <= longestInMemory ? this.#inMemory(query, limit, waitMs) : this.#streamed(query, limit, waitMs);
  }

  async #inMemory(query: EventQuery, limit: number, waitMs: number): Promise<EventPage> {
    const { rows } = await readInTime(waitMs, this.pool.query<ListedRow>(query.select(limit + 1)));
    const last = rows[limit - 1];
    const next = rows.length > limit && last ? cursorBehind(last) : undefined;
    return { whole: rows.slice(0, limit).map(eventOf), next };
  }

  /** The cursor and the page are as of one moment: what was stored or deleted in between would shift one of them. */
  async #streamed(query: EventQuery, limit: number, waitMs: number): Promise<EventPage> {
    let next: string | undefined;
    const rows = streamRows<ListedRow>(this.streams, query.select(limit), waitMs, async (client) => {
      if (Number.isFinite(limit)) next = await cursorAfter(client, query, limit, waitMs);
    });
    const first = await rows.next();
    return { stream: eventsFrom(first, rows), next };
  }
}

/** Where a page of so many events will end, if more follow. */
async function cursorAfter(
  client: ClientBase,
  query: EventQuery,
  limit: number,
  waitMs: number,
): Promise<string | undefined> {
  const { rows } = await readInTime(waitMs, client.query<ListedRow>(query.select(2, limit - 1)));
  const [last, more] = rows;
  return last && more ? cursorBehind(last) : undefined;
}

async function* eventsFrom(
  first: IteratorResult<ListedRow>,
  others: AsyncGenerator<ListedRow>,
): AsyncGenerator<StoredEvent> {
  try {
    if (!first.done) yield eventOf(first.value);
    for await (const row of others) yield eventOf(row);
  } finally {
    // Whoever stops at the first leaves the others open.
    await others.return(undefined);
  }
}

const cursorBehind = ({ event_millis, seq, latest }: ListedRow): string =>
  writeCursor(String(event_millis), seq, latest);

/** The query of a list, with its parameters. */
class EventQuery {
  readonly #conditions: string[] = [];
  readonly #values: unknown[] = [];
  readonly #latest: string;
  readonly #direction: 'asc' | 'desc';

  constructor({ app, channel }: Place, filter: EventFilter, cursor: EventCursor | undefined) {
    const { startTime, untilTime, reversed } = filter;
    this.#direction = reversed ? 'desc' : 'asc';
    this.#where('app = $', app);
    this.#where('channel = $', channel);
    this.#where('entity_type = $', filter.entityType);
    this.#where('entity_id = $', filter.entityId);
    this.#where('target_entity_type = $', filter.targetEntityType);
    this.#where('target_entity_id = $', filter.targetEntityId);
    const [event, ...others] = filter.events;
    if (others.length > 0) this.#where('event = any($::text[])', filter.events);
    else this.#where('event = $', event);
    this.#where(`event_time >= ${timeOf('$::bigint')}`, startTime);
    this.#where(`event_time < ${timeOf('$::bigint')}`, untilTime);
    if (cursor) {
      const [millis, seq] = [this.#parameter(cursor.millis), this.#parameter(cursor.seq)];
      this.#conditions.push(
        `(event_time, seq) ${reversed ? '<' : '>'} (${timeOf(`${millis}::bigint`)}, ${seq}::bigint)`,
      );
      this.#where('seq <= $::bigint', cursor.latest);
    }
    // Numbers are given out before COMMIT, so that all that is visible now is at or below the last one.
    this.#latest = cursor ? `${this.#parameter(cursor.latest)}::bigint` : '(select last_value from event_seq)';
  }

  select(limit: number, offset = 0): { readonly text: string; readonly values: unknown[] } {
    const order = `event_time ${this.#direction}, seq ${this.#direction}`;
    // Sorted before properties become text, as large ones would all be read for that.
    return {
      text: `select ${eventColumns}, seq::text as seq, ${this.#latest}::text as latest
        from (
          select * from events where ${this.#conditions.join(' and ')}
          order by ${order} limit ${Number.isFinite(limit) ? limit : 'all'} offset ${offset}
        ) as page`,
      values: this.#values,
    };
  }

  /** Adds a condition in which every `$` stands for the value, if there is one. */
  #where(condition: string, value: unknown): void {
    if (value !== undefined) this.#conditions.push(condition.replaceAll('$', this.#parameter(value)));
  }

  #parameter(value: unknown): string {
    this.#values.push(value);
    return `$${this.#values.length}`;
  }
}
