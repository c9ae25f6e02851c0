import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { Role } from '../../config/database';
import { underscored, type Version } from '../../config/version';

/** Rows of one version: a table of its own, or its part of a shared one. */
export interface VersionRelation {
  readonly name: string;
  /** What stands between `from` and `where`. */
  readonly source: string;
  /** Which of the rows are the version's. */
  readonly condition: string;
  /** The primary key. */
  readonly key: readonly string[];
  /** Whether it is part of a table that others write to. */
  readonly shared: boolean;
}

/** All rows of a version: its tables, and the feedback to its predictions if it has a table of those. */
export async function versionRelations(client: Client, version: Version): Promise<readonly VersionRelation[]> {
  const tables = await versionTables(client, version);
  return hasPredictions(tables, version) ? [...tables, feedback(version)] : tables;
}

/** The tables that the role of a version owns. */
async function versionTables(client: Client, version: Version): Promise<readonly VersionRelation[]> {
  const { rows } = await client.query<{ name: string; key: string[] }>(
    `select relname as name, array(
       select attname::text from pg_index
       join pg_attribute on attrelid = indrelid and attnum = any(indkey)
       where indrelid = pg_class.oid and indisprimary order by array_position(indkey::int2[], attnum)
     ) as key
     from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace and relowner = to_regrole($1)
     order by relname`,
    [Role.version(version)],
  );
  return rows.map(({ name, key }) => ({
    name,
    key,
    source: escapeIdentifier(name),
    condition: 'true',
    shared: false,
  }));
}

/** The feedback to the predictions of a version, in a table that all versions share. */
const feedback = (version: Version): VersionRelation => ({
  name: 'feedback',
  source: 'feedback',
  condition: `prediction_id in (select prediction_id from ${escapeIdentifier(inputsTable(version))})`,
  key: ['prediction_id', 'sample', 'name'],
  shared: true,
});

const hasPredictions = (tables: readonly VersionRelation[], version: Version): boolean =>
  tables.some(({ name }) => name === inputsTable(version));

export const inputsTable = (version: Version): string => `inputs_${underscored(version)}`;

export async function countRows(client: Client, { source, condition }: VersionRelation): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*) from ${source} where ${condition}`);
  return Number(rows[0]?.count);
}

/** The key of a row, as texts. */
export type Key = readonly string[];

/** The rows above one key up to another, the latter included. */
export interface KeyRange {
  readonly after: Key | undefined;
  readonly upTo: Key | undefined;
}

/** The condition that a row belongs to the version and lies in the range. */
export function inRange({ condition, key }: VersionRelation, { after, upTo }: KeyRange): string {
  const columns = `(${key.map(escapeIdentifier).join(', ')})`;
  const bound = (values: Key) => `(${values.map(escapeLiteral).join(', ')})`;
  return [
    condition,
    ...(after ? [`${columns} > ${bound(after)}`] : []),
    ...(upTo ? [`${columns} <= ${bound(upTo)}`] : []),
  ].join(' and ');
}

/** The order of the primary key. */
export const inOrder = ({ key }: VersionRelation): string => `order by ${key.map(escapeIdentifier).join(', ')}`;

/** Another one whenever a row of the range is added, removed or changed. */
export async function digestOf(client: Client, relation: VersionRelation, range: KeyRange): Promise<string> {
  const { source } = relation;
  const { rows } = await client.query<{ digest: string }>(
    `select count(*) || ':' || coalesce(sum(hashtextextended(${source}::text, 0)), 0) as digest
     from ${source} where ${inRange(relation, range)}`,
  );
  return rows[0]?.digest ?? '';
}

/** The key of the row that is `rows` rows above `after`; undefined if there are fewer. */
export async function keyAfter(
  client: Client,
  relation: VersionRelation,
  after: Key | undefined,
  rows: number,
): Promise<Key | undefined> {
  const key = relation.key.map((column) => `${escapeIdentifier(column)}::text`);
  const found = await client.query<{ key: string[] }>(
    `select array[${key.join(', ')}] as key from ${relation.source}
     where ${inRange(relation, { after, upTo: undefined })} ${inOrder(relation)} offset $1 limit 1`,
    [rows - 1],
  );
  return found.rows[0]?.key;
}
