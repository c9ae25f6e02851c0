import type { ClientBase } from 'pg';
import type { Version } from '../../../config/version';
import { observationTables } from '../tables';

/** A revision of a model under which users learn. */
export interface RevisionOfUsers {
  readonly version: Version;
  readonly name: string;
  readonly revision: number;
}

/** What is learnt under a revision does not count yet. */
export interface News {
  /** The weights count all up to this position. */
  readonly from: bigint;
  readonly upTo: bigint;
  /** Of whom something was observed between the two. */
  readonly users: readonly string[];
}

/** What was observed that a revision does not count. */
export async function findNews(client: ClientBase, { version, name, revision }: RevisionOfUsers): Promise<News> {
  const { onlineRevisions, observedModels, observations } = observationTables(version);
  await client.query(`insert into ${onlineRevisions} (model, revision) values ($1, $2) on conflict do nothing`, [
    name,
    revision,
  ]);
  const { rows } = await client.query<{ from: string; up_to: string }>(
    `select position as "from", coalesce(last_position, 0) as up_to
     from ${onlineRevisions} left join ${observedModels} using (model) where model = $1 and revision = $2`,
    [name, revision],
  );
  const [row] = rows as [{ from: string; up_to: string }];
  const from = BigInt(row.from);
  const upTo = BigInt(row.up_to);
  if (from >= upTo) return { from, upTo: from, users: [] };
  const touched = await client.query<{ user_id: string }>(
    `select distinct user_id from ${observations} where model = $1 and position > $2 and position <= $3`,
    [name, from, upTo],
  );
  return { from, upTo, users: touched.rows.map(({ user_id }) => user_id) };
}

/** Keeps others from writing weights of the revision until the end of the transaction. */
export async function nextBatch(
  client: ClientBase,
  { version, name, revision }: RevisionOfUsers,
  position: bigint,
): Promise<string> {
  const { rows } = await client.query<{ last_batch: string }>(
    `update ${observationTables(version).onlineRevisions}
     set last_batch = last_batch + 1, position = greatest(position, $3)
     where model = $1 and revision = $2 returning last_batch`,
    [name, revision, position],
  );
  return (rows[0] as { last_batch: string }).last_batch;
}

/** Stores what was learnt of users: their weights, or the bytes of their states. */
export async function writeLearnt(
  client: ClientBase,
  { version, name, revision }: RevisionOfUsers,
  batch: string,
  learnt: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await client.query(
    `insert into ${observationTables(version).userWeights} (model, revision, user_id, weights, batch)
     select $1, $2::integer, user_id, weights, $3::bigint
     from unnest($4::text[], $5::bytea[]) as solved (user_id, weights)
     on conflict (model, revision, user_id) do update set weights = excluded.weights, batch = excluded.batch`,
    [name, revision, batch, [...learnt.keys()], [...learnt.values()].map(asBuffer)],
  );
}

/** The driver takes no other bytes. */
const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
