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
}

/** The tables of a version: those that its role owns. */
export async function versionTables(client: Client, version: Version): Promise<readonly VersionRelation[]> {
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
  return rows.map(({ name, key }) => ({ name, key, source: escapeIdentifier(name), condition: 'true' }));
}

/** The feedback to the predictions of a version, in a table that all versions share. */
export const feedback = (version: Version): VersionRelation => ({
  name: 'feedback',
  source: 'feedback',
  condition: `prediction_id in (select prediction_id from ${escapeIdentifier(inputsTable(version))})`,
  key: ['prediction_id', 'sample', 'name'],
});

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
