import type { Pool } from 'pg';
import { type EntityChange, foldEntities } from '../../../learning/entity';
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

interface ChangeRow {
  readonly entity_id: string;
  readonly event: EntityChange<JsonValue>['event'];
  readonly properties: string;
  readonly event_millis: number;
}

/** The id behind which a page starts; undefined if the text is no cursor of ours. */
export const readEntityCursor = (text: string): string | undefined => readCursor(text, 1)?.[0];

/** Reads the state of entities from the events about them. */
export class EntityReader {
  /** @param waitMs how long the database may take to answer, in milliseconds */
  constructor(
    private readonly pool: Pool,
    private readonly waitMs: number,
  ) {}

  /**
   * Finds one entity, in JSON.
   * @returns undefined if no state of it is left
   * @throws {NothingStoredError} if the database does not answer in time
   */
  async find(place: Place, entityType: string, entityId: string): Promise<string | undefined> {
    if (!isStorable(entityType) || !isStorable(entityId)) return undefined;
    for await (const entity of this.#fold(place, entityType, 'and entity_id = $4', entityId)) {
      return formatEntity(entityType, entity);
    }
    return undefined;
  }

  /**
   * Finds entities of a type that have a state.
   * @param after the last id of the page before; undefined for the first page
   * @throws {NothingStoredError} if the database does not answer in time
   */
  async page(place: Place, entityType: string, limit: number, after: string | undefined): Promise<EntityPage> {
    if (!isStorable(entityType)) return { entities: [], next: undefined };
    const entities: string[] = [];
    let last = '';
    // No id is empty.
    for await (const entity of this.#fold(place, entityType, 'and entity_id > $4', after ?? '')) {
      const text = formatEntity(entityType, entity);
      if (text === undefined) continue;
      if (entities.length === limit) return { entities, next: writeCursor(last) };
      entities.push(text);
      last = entity.id;
    }
    return { entities, next: undefined };
  }

  #fold({ app, channel }: Place, entityType: string, condition: string, entityId: string) {
    const query = {
      text: `select entity_id, event, properties::text as properties, ${millisOf('event_time')} as event_millis
        from events
        where app = $1 and channel = $2 and entity_type = $3 ${condition} and event in ('$set', '$unset', '$delete')
        order by entity_id, event_time, seq`,
      values: [app, channel, entityType, entityId],
    };
    return foldEntities(changes(streamRows<ChangeRow>(this.pool, query, this.waitMs)));
  }
}

async function* changes(rows: AsyncIterable<ChangeRow>) {
  for await (const { entity_id, event, properties, event_millis } of rows) {
    yield { entityId: entity_id, event, properties: parseJson(properties) as JsonObject, time: event_millis };
  }
}
