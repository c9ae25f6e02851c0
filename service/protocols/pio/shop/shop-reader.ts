import type { ClientBase, QueryResultRow } from 'pg';
import { type EntityChange, foldEntities } from '../../../../learning/features/entity';
import { millisOf } from '../../../events/store/event-row';
import type { Place } from '../../../events/store/new-event';
import type { Properties, ShopEvents } from './shop';
import type { UserEvent } from './user-histories';
import type { Moment, Position } from './writer-watch';

/** The entities whose properties count. */
export type RuleType = 'item' | 'constraint';

export interface Rule {
  readonly type: RuleType;
  readonly id: string;
  readonly properties: Properties;
}

/** A new event: of a user, or one that changes an entity. */
export type NewRow = { readonly seq: number } & (
  | { readonly user: UserEvent }
  | { readonly type: RuleType; id: string }
);

/** What something that is gone was about; all of it undefined if it may be anything. */
export interface Removal {
  readonly id: number;
  readonly entityType: string | undefined;
  readonly entityId: string;
  readonly target: string | undefined;
}

/** Rows of one answer of the database; it bounds the memory. */
const pageRows = 5_000;

const userEventsOf = `event = any($3) and entity_type = 'user' and target_entity_type = 'item'`;
const rulesOf = `event in ('$set', '$unset', '$delete') and (entity_type = 'item'
  or (entity_type = 'constraint' and entity_id in ('unavailableItems', 'weightedItems')))`;

/**
 * Where an app's events are.
 * @returns undefined if there is no such app or channel
 */
export async function findPlace(
  client: ClientBase,
  app: string,
  channel: string | undefined,
): Promise<Place | undefined> {
  const { rows } = await client.query<Place>(
    `select apps.id as app, coalesce(channels.id, 0) as channel
     from apps left join channels on channels.app = apps.id and channels.name = $2
     where apps.name = $1 and ($2::text is null or channels.id is not null)`,
    [app, channel ?? null],
  );
  return rows[0];
}

/** How far events are numbered, and then who is changing events. Not part of a transaction. */
export async function readMoment(client: ClientBase): Promise<Moment> {
  const last = (sequence: string) => `(select case when is_called then last_value else 0 end from ${sequence})::float8`;
  const { rows } = await client.query<Position>(
    `select ${last('event_seq')} as events, ${last('event_removal_seq')} as removals`,
  );
  const { rows: locks } = await client.query<{ writer: string }>(
    `select distinct virtualtransaction as writer from pg_locks
     where relation = 'events'::regclass and database = (select oid from pg_database where datname = current_database())
       and granted and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
  );
  return { position: rows[0] as Position, writers: new Set(locks.map(({ writer }) => writer)) };
}

/** Reads what the events of one place say about a shop, within a transaction of the caller's. */
export class ShopReader {
  readonly #names: readonly string[];
  readonly #bought: readonly string[];

  constructor(
    private readonly client: ClientBase,
    private readonly place: Place,
    { seen, viewed, bought }: ShopEvents,
  ) {
    this.#names = [...new Set([...seen, ...viewed, ...bought])];
    this.#bought = bought;
  }

  /** All items and constraints that were ever set. */
  rules(): AsyncGenerator<Rule> {
    return this.#fold(rulesOf, []);
  }

  /** Those of the given ids that were ever set. */
  rulesOf(type: RuleType, ids: readonly string[]): AsyncGenerator<Rule> {
    return this.#fold(`${rulesOf} and entity_type = $3 and entity_id = any($4)`, [type, ids]);
  }

  /** Everything that users did, in order of time. */
  async *userEvents(): AsyncGenerator<UserEvent> {
    const rows = this.#stream<UserRow>(
      `select ${userColumns} from events where app = $1 and channel = $2 and ${userEventsOf} order by event_time, seq`,
      [this.#names],
    );
    for await (const row of rows) yield userEventOf(row);
  }

  /** What the given users did, in order of time. */
  async userEventsOf(users: readonly string[]): Promise<readonly UserEvent[]> {
    const { rows } = await this.client.query<UserRow>(
      `select ${userColumns} from events where app = $1 and channel = $2 and ${userEventsOf} and entity_id = any($4)
       order by event_time, seq`,
      [...this.#at, this.#names, users],
    );
    return rows.map(userEventOf);
  }

  /** How often each of the given items was bought; absent if never. */
  async purchasesOf(items: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.client.query<{ item: string; count: number }>(
      `select target_entity_id as item, count(*)::float8 as count from events
       where app = $1 and channel = $2 and ${userEventsOf} and target_entity_id = any($4) group by 1`,
      [...this.#at, this.#bought, items],
    );
    return new Map(rows.map(({ item, count }) => [item, count]));
  }

  /** The next events with numbers behind one, in their order; few enough for one answer. */
  async newRows(after: number): Promise<{ readonly rows: readonly NewRow[]; readonly more: boolean }> {
    const { rows } = await this.client.query<UserRow & { entity_type: string }>(
      `select ${userColumns}, entity_type from events
       where seq > $4 and app = $1 and channel = $2 and ((${userEventsOf}) or (${rulesOf})) order by seq limit ${pageRows}`,
      [...this.#at, this.#names, after],
    );
    return { rows: rows.map(newRowOf), more: rows.length === pageRows };
  }

  async removals(after: number): Promise<readonly Removal[]> {
    const { rows } = await this.client.query<Removal>(
      `select id::float8, entity_type as "entityType", entity_id as "entityId", target_entity_id as target
       from event_removals where id > $3 and app = $1 and channel = $2 order by id`,
      [...this.#at, after],
    );
    return rows.map((row) => ({ ...row, entityType: row.entityType ?? undefined, target: row.target ?? undefined }));
  }

  get #at(): readonly [number, number] {
    return [this.place.app, this.place.channel];
  }

  async *#fold(condition: string, values: readonly unknown[]): AsyncGenerator<Rule> {
    // One type after the other, as ids of different types may be the same.
    for (const type of ['item', 'constraint'] as const) {
      const rows = this.#stream<ChangeRow>(
        `select entity_id, event, properties::text as properties, ${millisOf('event_time')} as time
         from events where app = $1 and channel = $2 and ${condition} and entity_type = '${type}'
         order by entity_id, event_time, seq`,
        values,
      );
      for await (const { id, properties } of foldEntities(changesOf(rows))) yield { type, id, properties };
    }
  }

  async *#stream<R extends QueryResultRow>(text: string, values: readonly unknown[]): AsyncGenerator<R> {
    await this.client.query(`declare shop no scroll cursor for ${text}`, [...this.#at, ...values]);
    for (;;) {
      const { rows } = await this.client.query<R>(`fetch ${pageRows} from shop`);
      yield* rows;
      if (rows.length < pageRows) break;
    }
    await this.client.query('close shop');
  }
}

interface UserRow {
  readonly seq: number;
  readonly event: string;
  readonly entity_id: string;
  readonly target_entity_id: string;
  readonly time: number;
}

const userColumns = `seq::float8, event, entity_id, target_entity_id, ${millisOf('event_time')} as time`;

const userEventOf = ({ seq, event, entity_id: user, target_entity_id: item, time }: UserRow): UserEvent => ({
  seq,
  event,
  user,
  item,
  time,
});

const newRowOf = (row: UserRow & { readonly entity_type: string }): NewRow =>
  row.entity_type === 'user'
    ? { seq: row.seq, user: userEventOf(row) }
    : { seq: row.seq, type: row.entity_type as RuleType, id: row.entity_id };

interface ChangeRow {
  readonly entity_id: string;
  readonly event: EntityChange<unknown>['event'];
  readonly properties: string;
  readonly time: number;
}

async function* changesOf(rows: AsyncIterable<ChangeRow>) {
  for await (const { entity_id, event, properties, time } of rows) {
    const parsed = JSON.parse(properties) as Readonly<Record<string, unknown>>;
    yield { entityId: entity_id, event, properties: new Map(Object.entries(parsed)), time };
  }
}
