/** One event about an entity's state. */
export interface EntityChange<V> {
  /** `$set` merges its properties, `$unset` removes their names, `$delete` ends the entity. */
  readonly event: '$set' | '$unset' | '$delete';
  /** By top-level name; the values count for `$set` only. */
  readonly properties: ReadonlyMap<string, V>;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What the events of one entity left behind. */
export interface Entity<V> {
  readonly id: string;
  /** Of the entity as it is now; undefined if it was never set, or was deleted. */
  readonly properties: Map<string, V> | undefined;
  /** Times of the earliest and the latest change, in milliseconds since the epoch; `$delete` does not reset them. */
  readonly firstUpdated: number;
  readonly lastUpdated: number;
}

/**
 * Folds the changes of many entities, one entity at a time, so that only one is in memory.
 * @param changes those of one entity stand together, in order of time, equal times in order of arrival
 * @returns an entity for each id, also if no live state is left, in the order of the changes
 */
export async function* foldEntities<V>(
  changes: AsyncIterable<EntityChange<V> & { readonly entityId: string }>,
): AsyncGenerator<Entity<V>> {
  let entity: GrowingEntity<V> | undefined;
  for await (const change of changes) {
    if (entity?.id !== change.entityId) {
      if (entity) yield entity;
      entity = new GrowingEntity(change.entityId);
    }
    entity.apply(change);
  }
  if (entity) yield entity;
}

/**
 * Folds the changes of one entity.
 * @param changes in order of time, equal times in order of arrival
 * @returns undefined without changes
 */
export function foldEntity<V>(id: string, changes: Iterable<EntityChange<V>>): Entity<V> | undefined {
  let entity: GrowingEntity<V> | undefined;
  for (const change of changes) {
    entity ??= new GrowingEntity(id);
    entity.apply(change);
  }
  return entity;
}

class GrowingEntity<V> implements Entity<V> {
  properties: Map<string, V> | undefined;
  firstUpdated = Number.POSITIVE_INFINITY;
  lastUpdated = Number.NEGATIVE_INFINITY;

  constructor(readonly id: string) {}

  apply({ event, properties, time }: EntityChange<V>): void {
    this.firstUpdated = Math.min(this.firstUpdated, time);
    this.lastUpdated = Math.max(this.lastUpdated, time);
    if (event === '$delete') {
      this.properties = undefined;
    } else if (event === '$set') {
      this.properties ??= new Map();
      for (const [name, value] of properties) this.properties.set(name, value);
    } else {
      for (const name of properties.keys()) this.properties?.delete(name);
    }
  }
}
