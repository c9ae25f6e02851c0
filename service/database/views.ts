import { createHash } from 'node:crypto';
import { type ClientBase, escapeIdentifier, escapeLiteral } from 'pg';
import { underscored, type Version } from '../../config/version';
import type { Feature, FeatureType } from '../../learning/model';
import { inTransaction } from './transaction';

/** A view of the prediction log and the SQL that makes it. */
export interface View {
  readonly name: string;
  readonly create: string;
}

/** The models by name, as the configuration has them. */
export type ViewedModels = Readonly<Record<string, { readonly mapping: readonly Feature[] }>>;

/** Names longer than this PostgreSQL would cut, so that two could become one. */
const maxNameBytes = 63;

const keyColumns = [
  'run_id',
  'id',
  'request_time',
  'prediction_id',
  'sample',
  'revision',
  'unit',
  'assigned',
  'duplicate',
] as const;
const resultColumns = ['output', 'latency_ms', 'finished_at', 'outcome'] as const;

/**
 * The two views of a model: `inputs_<v>_<m>` shows the features as typed columns, `predictions_<v>_<m>` also the output,
 * its latency and the feedback named `outcome`. A feature whose name is taken by another column gets a number: `id_2`.
 */
export function modelViews(version: Version, model: string, features: readonly Feature[]): readonly [View, View] {
  const inputs = `inputs_${underscored(version)}`;
  const outputs = `outputs_${underscored(version)}`;
  const columns = [...keyColumns.map((column) => `i.${column}`), ...featureColumns(features)];
  const ofModel = `where i.model = ${escapeLiteral(model)}`;
  return [
    view(viewName(inputs, model), columns, [`from ${escapeIdentifier(inputs)} i`, ofModel]),
    view(
      viewName(`predictions_${underscored(version)}`, model),
      [...columns, 'o.output', 'o.latency_ms', 'o.finished_at', 'f.outcome'],
      [
        `from ${escapeIdentifier(inputs)} i`,
        `join ${escapeIdentifier(outputs)} o on o.run_id = i.run_id`,
        `left join feedback f on f.prediction_id = i.prediction_id and f.sample = i.sample and f.name = 'outcome'`,
        ofModel,
      ],
    ),
  ];
}

/**
 * Makes the views of all models. A view that is there as it should be is not touched, because replacing it would wait
 * for everybody who reads it; one whose columns changed is dropped and made anew in one transaction.
 * @throws {Error} if a view of another's making depends on one that has to change
 */
export async function createViews(client: ClientBase, version: Version, models: ViewedModels): Promise<void> {
  const views = Object.entries(models).flatMap(([name, { mapping }]) => modelViews(version, name, mapping));
  await inTransaction(client, async () => {
    await client.query(`select pg_advisory_xact_lock(hashtext('modelapp_views'))`);
    for (const { name, create } of views) {
      const fingerprint = createHash('sha256').update(create).digest('hex');
      if ((await commentOf(client, name)) === fingerprint) continue;
      await client.query(`drop view if exists ${escapeIdentifier(name)}`);
      await client.query(create);
      await client.query(`comment on view ${escapeIdentifier(name)} is ${escapeLiteral(fingerprint)}`);
    }
  });
}

function viewName(table: string, model: string): string {
  const name = `${table}_${model.toLowerCase().replace(/[^a-z0-9_]/g, '_')}`;
  if (Buffer.byteLength(name) > maxNameBytes) {
    throw new Error(`models.${model}: its view ${name} has a name of more than ${maxNameBytes} bytes; shorten it`);
  }
  return name;
}

function view(name: string, columns: readonly string[], source: readonly string[]): View {
  return {
    name,
    create: `create view ${escapeIdentifier(name)} as\nselect ${columns.join(',\n  ')}\n${source.join('\n')}`,
  };
}

function featureColumns(features: readonly Feature[]): string[] {
  const taken = new Set<string>([...keyColumns, ...resultColumns]);
  return features.flatMap((feature) =>
    [feature.name, ...feature.aliases].map(
      (name) => `${typedValue(feature)} as ${escapeIdentifier(freeName(name, taken))}`,
    ),
  );
}

/** A column name that is not in use yet and that PostgreSQL does not cut. */
function freeName(wanted: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `_${number}`;
    const name = `${cutToBytes(wanted, maxNameBytes - suffix.length)}${suffix}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function cutToBytes(text: string, bytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytes) cut = Array.from(cut).slice(0, -1).join('');
  return cut;
}

/** A value of another type than configured, left from before a change of the configuration, shows as null. */
function typedValue({ name, type }: Feature): string {
  const key = escapeLiteral(name);
  const ofType = (jsonType: string, sqlType: string) =>
    `case jsonb_typeof(i.features -> ${key}) when '${jsonType}' then (i.features -> ${key})::${sqlType} end`;
  const byType: Record<FeatureType, () => string> = {
    float: () => ofType('number', 'double precision'),
    int: () => ofType('number', 'bigint'),
    str: () => `i.features ->> ${key}`,
    bool: () => ofType('boolean', 'boolean'),
    sparse: () => `i.features -> ${key}`,
  };
  return byType[type]();
}

async function commentOf(client: ClientBase, name: string): Promise<string | null> {
  const { rows } = await client.query<{ comment: string | null }>(
    `select obj_description(to_regclass($1), 'pg_class') as comment`,
    [escapeIdentifier(name)],
  );
  return rows[0]?.comment ?? null;
}
