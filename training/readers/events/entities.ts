import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { describeDataSource, type EntitySource } from '../../../config/models/data-source';
import { type EntityChange, foldEntities } from '../../../learning/features/entity';
import { featureFromJson } from '../../../learning/features/feature-json';
import { typeNouns } from '../../../learning/features/feature-text';
import type { Row, ScalarFeature, ScalarType, ScalarValue } from '../../../learning/model';
import { DataError, DataExitCode } from '../../data-error';
import type { Dataset } from '../../dataset';
import { readByCursor } from '../read-by-cursor';
import { conditionsOf } from './conditions';
import { findEventPlace } from './event-place';

/** Which entities to read, and which of their properties as what. */
export interface EntityRows {
  readonly pool: Pool;
  readonly source: EntitySource;
  /** Each is read from the property of its name or of one of its aliases, the first that has a value. */
  readonly features: readonly ScalarFeature[];
  /** Property of the label; labels are text. */
  readonly target: string;
  /** Hears of entities that were left out. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

interface ChangeRow {
  readonly entity_id: string;
  readonly event: EntityChange<unknown>['event'];
  readonly properties: string;
  readonly time: number;
}

/** A property to read, under all its names. */
interface Field {
  readonly names: readonly string[];
  readonly type: ScalarType;
}

/**
 * Reads the entities of a type as rows, in order of their ids. The events stream through; only the rows stay in memory.
 * The digest is taken over the rows, so that it changes if and only if what is learnt from changes.
 *
 * @throws {DataError} if there is no such app or channel, a property is not of its type, or no entity has all properties
 */
export async function readEntities(wanted: EntityRows, signal?: AbortSignal): Promise<Dataset> {
  const { pool, source, features, target, onNotice } = wanted;
  const name = describeDataSource(source);
  const fields: readonly Field[] = [
    ...features.map((feature) => ({ names: [feature.name, ...feature.aliases], type: feature.type })),
    { names: [target], type: 'str' },
  ];
  const hash = createHash('sha256');
  const rows: Row[] = [];
  const labels: string[] = [];
  const incomplete = new IncompleteEntities(fields);

  for await (const { id, properties } of foldEntities(changesOf(pool, source, fields, signal))) {
    if (!properties) continue;
    const values = fields.map((field) => readField(field, properties, `${name}: ${id}`));
    // As in a file, an empty text is no label.
    if (values.at(-1) === '') values[values.length - 1] = undefined;
    if (values.some((value) => value === undefined)) {
      incomplete.add(values);
      continue;
    }
    const label = values.pop() as string;
    rows.push(values as ScalarValue[]);
    labels.push(label);
    hash.update(`${JSON.stringify([id, ...values, label])}\n`);
  }

  if (rows.length === 0 && incomplete.count === 0) {
    throw new DataError(
      `${name}: there are none; send $set events to the event server, or pass them to: modelapp import`,
      DataExitCode.absent,
    );
  }
  if (rows.length === 0) throw new DataError(`${name}: none has all properties; ${incomplete.describe()}`);
  if (incomplete.count > 0) {
    onNotice?.(
      `${name}: ${incomplete.count} of ${incomplete.count + rows.length} left out for want of properties; ` +
        incomplete.describe(),
    );
  }
  return { source: name, sha256: hash.digest('hex'), rows, labels };
}

async function* changesOf(pool: Pool, source: EntitySource, fields: readonly Field[], signal?: AbortSignal) {
  const names = fields.flatMap((field) => field.names);
  const rows = readByCursor<ChangeRow>(
    pool,
    async (client) => {
      const conditions = conditionsOf(await findEventPlace(client, source), source)
        .add('entity_type = $', source.entityType)
        .add('event = any($)', ['$set', '$unset', '$delete'] satisfies EntityChange<unknown>['event'][]);
      const text = `select entity_id, event, properties::text as properties,
          (extract(epoch from event_time) * 1000)::float8 as time
        from events where ${conditions} order by entity_id, event_time, seq`;
      return { text, values: conditions.values };
    },
    signal,
  );
  for await (const { entity_id, event, properties, time } of rows) {
    yield { entityId: entity_id, event, properties: chosen(JSON.parse(properties), names), time };
  }
}

/** The wanted properties alone, so that an entity of many takes little memory. */
function chosen(properties: Readonly<Record<string, unknown>>, names: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const name of names) if (Object.hasOwn(properties, name)) found.set(name, properties[name]);
  return found;
}

/** @returns undefined if the entity has no such property, or null */
function readField(
  { names, type }: Field,
  properties: ReadonlyMap<string, unknown>,
  entity: string,
): ScalarValue | undefined {
  const name = names.find((candidate) => (properties.get(candidate) ?? null) !== null);
  if (name === undefined) return undefined;
  const value = featureFromJson(type, properties.get(name));
  if (value === undefined) {
    throw new DataError(
      `${entity}: ${name}: ${JSON.stringify(properties.get(name)).slice(0, 40)} is not ${typeNouns[type]}`,
    );
  }
  return value;
}

/** Counts the entities that lack a property. */
class IncompleteEntities {
  count = 0;
  readonly #lacking: number[];

  constructor(private readonly fields: readonly Field[]) {
    this.#lacking = fields.map(() => 0);
  }

  add(values: readonly (ScalarValue | undefined)[]): void {
    this.count += 1;
    values.forEach((value, field) => {
      if (value === undefined) this.#lacking[field]! += 1;
    });
  }

  /** `without species: 2, without petal_width: 1` */
  describe(): string {
    return this.fields
      .flatMap(({ names }, field) => (this.#lacking[field] ? [`without ${names[0]}: ${this.#lacking[field]}`] : []))
      .join(', ');
  }
}
