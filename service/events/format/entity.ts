import type { Entity } from '../../../learning/features/entity';
import { formatJson, type JsonValue } from './json';
import { formatUtc } from './time';

/** The state of an entity as clients get it, in JSON; undefined if nothing of it is left. */
export function formatEntity(entityType: string, entity: Entity<JsonValue>): string | undefined {
  const { id, properties, firstUpdated, lastUpdated } = entity;
  if (!properties) return undefined;
  return (
    `{"entityType":${JSON.stringify(entityType)},"entityId":${JSON.stringify(id)}` +
    `,"properties":${formatJson(properties)}` +
    `,"firstUpdated":"${formatUtc(firstUpdated)}","lastUpdated":"${formatUtc(lastUpdated)}"}`
  );
}
