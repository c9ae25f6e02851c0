import type { ClientBase } from 'pg';
import type { Version } from '../../config/version';
import { checkObservation, type Observation } from './observation';
import { observationTables } from './tables';

/** Rows of one statement on their way to the database. */
const sentRows = 5_000;
/** Rows of one statement within it. */
const mergedRows = 50_000;

/**
 * Stores many observations of a model as part of a transaction that commits them all. They are collected aside first, so
 * that others who store some of the same model wait only from when all are there to the end of the transaction.
 *
 * @param observations in their order: of the same user and item the last counts
 * @throws {UnstorableObservationError} if the database cannot hold one of them, and what the observations throw
 */
export async function loadObservations(
  client: ClientBase,
  version: Version,
  model: string,
  observations: Iterable<Observation> | AsyncIterable<Observation>,
): Promise<void> {
  await collect(client, observations);
  const count = await sort(client);
  if (count > 0) await merge(client, version, model, count);
}

async function collect(
  client: ClientBase,
  observations: Iterable<Observation> | AsyncIterable<Observation>,
): Promise<void> {
  await client.query(`create temporary table arrived_observations
    (number bigint, user_id text collate "C", item text collate "C", score float8) on commit drop`);
  let sent = 0;
  let chunk: Observation[] = [];
  const send = async () => {
    await client.query({
      name: 'collect_observations',
      text: `insert into arrived_observations
        select $1::bigint + number, user_id, item, score
        from unnest($2::text[], $3::text[], $4::float8[]) with ordinality as new (user_id, item, score, number)`,
      values: [sent, chunk.map(({ user }) => user), chunk.map(({ item }) => item), chunk.map(({ score }) => score)],
    });
    sent += chunk.length;
    chunk = [];
  };
  for await (const observation of observations) {
    checkObservation(observation);
    chunk.push(observation);
    if (chunk.length === sentRows) await send();
  }
  if (chunk.length > 0) await send();
}

/**
 * Keeps the last of each user and item, in the order of the table's key: then neighbours go to the same pages.
 * @returns how many there are, numbered from 1
 */
async function sort(client: ClientBase): Promise<number> {
  const { rowCount } = await client.query(
    `create temporary table sorted_observations on commit drop as
     select row_number() over (order by user_id, item_key) as number, user_id, item, score from (
       select distinct on (user_id, item_key) user_id, md5(item)::uuid as item_key, item, score
       from arrived_observations order by user_id, item_key, number desc
     ) as last`,
  );
  return rowCount ?? 0;
}

async function merge(client: ClientBase, version: Version, model: string, count: number): Promise<void> {
  const { observedModels, observations } = observationTables(version);
  const { rows } = await client.query<{ before: string }>(
    `insert into ${observedModels} as counter (model, last_position) values ($1, $2::bigint)
     on conflict (model) do update set last_position = counter.last_position + excluded.last_position
     returning last_position - $2::bigint as before`,
    [model, count],
  );
  for (let from = 0; from < count; from += mergedRows) {
    await client.query(
      `insert into ${observations} (model, user_id, item, score, position)
       select $1, user_id, item, score, $2::bigint + number from sorted_observations
       where number > $3 and number <= $4 order by number
       on conflict (model, user_id, item_key) do update
         set item = excluded.item, score = excluded.score, position = excluded.position`,
      [model, rows[0]?.before, from, from + mergedRows],
    );
  }
}
