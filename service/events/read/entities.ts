import type { Pool } from 'pg';
import { type Entity, type EntityChange, foldEntities } from '../../../learning/features/entity';
import { formatEntity } from '../format/entity';
import type { JsonObject, JsonValue } from '../format/json';
import { parseJson } from '../format/parse-json';
import { millisOf } from '../store/event-row';
import type { Place } from '../store/new-event';
import { isStorable } from '../store/storable';
import { readCursor, writeCursor } from './cursor';
import { streamRows } from './stream-rows';

export interface EntityPage {
  /** In JSON, by id in byte order. */
  readonly entities: readonly string[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/** Which page of entities is wanted. */
export interface EntityPageOptions {
  readonly limit: number;
  /** The last id of the page before; undefined for the first page. */
  readonly after: string | undefined;
  /** How long the database may take to answer, in milliseconds. */
  readonly waitMs: number;
}

interface ChangeRow {
  readonly entity_id: string;
  readonly event: EntityChange<JsonValue>['event'];
  readonly properties: string;
  readonly event_millis: number;
}

/** The id behind which a page starts; undefined if the text is no cursor of ours. */
export const readEntityCursor = (text: string): string | undefined => readCursor(text, 1)?.[0];

/** A page ends with the entity that makes it longer than this, in characters. */
const longestPage = 16 * 1024 ** 2;

/** Reads the state of entities from the events about them. */
export class EntityReader {
  constructor(private readonly pool: Pool) {}

  /**
   * Finds one entity, in JSON.
   * @param waitMs how long the database may take to answer, in milliseconds
   * @returns undefined if no state of it is left
   * @throws {NothingStoredError} if the database does not answer in time
   */
  async find(
    place: Place,
    { entityType, entityId }: { readonly entityType: string; readonly entityId: string },
    waitMs: number,
  ): Promise<string | undefined> {
    if (!isStorable(entityType) || !isStorable(entityId)) return undefined;
    for await (const entity of this.#fold(changesOf(place, entityType, 'and entity_id = $4', entityId), waitMs)) {
      return formatEntity(entityType, entity);
    }
    return undefined;
  }

  /**
   * Finds entities of a type that have a state; fewer than the limit if they are large.
   * @throws {NothingStoredError} if the database does not answer in time
   */
  async page(place: Place, entityType: string, { limit, after, waitMs }: EntityPageOptions): Promise<EntityPage> {
    if (!isStorable(entityType)) return { entities: [], next: undefined };
    const entities: string[] = [];
    let characters = 0;
    let last = '';
    // No id is empty.
    const query = changesOf(place, entityType, 'and entity_id > $4', after ?? '');
    for await (const entity of this.#fold(query, waitMs)) {
      const text = formatEntity(entityType, entity);
      if (text === undefined) continue;
      if (entities.length === limit || characters > longestPage) return { entities, next: writeCursor(last) };
      entities.push(text);
      characters += text.length;
      last = entity.id;
    }
    return { entities, next: undefined };
  }

  #fold(query: Query, waitMs: number): AsyncGenerator<Entity<JsonValue>> {
    return foldEntities(changes(streamRows<ChangeRow>(this.pool, query, waitMs)));
  }
}

interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
}

const changesOf = ({ app, channel }: Place, entityType: string, condition: string, entityId: string): Query => ({
  // Sorted before properties become text, as large ones would all be read for that.
  text: `select entity_id, event, properties::text as properties, ${millisOf('event_time')} as event_millis
    from (
      select * from events
      where app = $1 and channel = $2 and entity_type = $3 ${condition} and event in ('$set', '$unset', '$delete')
      order by entity_id, event_time, seq
    ) as changes`,
  values: [app, channel, entityType, entityId],
});

async function* changes(rows: AsyncIterable<ChangeRow>) {
  for await (const { entity_id, event, properties, event_millis } of rows) {
    yield { entityId: entity_id, event, properties: parseJson(properties) as JsonObject, time: event_millis };
  }
}
