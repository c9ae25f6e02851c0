import type { ClientBase } from 'pg';
import type { Version } from '../../config/version';
import type { Observation } from './observation';
import { observationTables } from './tables';

/**
 * Stores observations of a model in one statement. It waits for other transactions that store some of the same model,
 * so that what commits later has the higher position, and its scores replace the older ones.
 *
 * @param observations in their order: of the same user and item the last counts
 */
export async function writeObservations(
  client: ClientBase,
  version: Version,
  model: string,
  observations: readonly Observation[],
): Promise<void> {
  const { observedModels, observations: table } = observationTables(version);
  const last = lastOfEach(observations);
  await client.query({
    name: `observe_${version}`,
    text: `with counted as (
        insert into ${observedModels} as counter (model, last_position) values ($1, $2::bigint)
        on conflict (model) do update set last_position = counter.last_position + excluded.last_position
        returning last_position
      )
      insert into ${table} (model, user_id, item, score, position)
      select $1, user_id, item, score, last_position - $2::bigint + number
      from counted, unnest($3::text[], $4::text[], $5::float8[]) with ordinality as new (user_id, item, score, number)
      on conflict (model, user_id, item_key) do update
        set item = excluded.item, score = excluded.score, position = excluded.position`,
    values: [
      model,
      last.length,
      last.map(({ user }) => user),
      last.map(({ item }) => item),
      last.map(({ score }) => score),
    ],
  });
}

/** One statement cannot change a row twice. */
function lastOfEach(observations: readonly Observation[]): readonly Observation[] {
  const byUser = new Map<string, Map<string, Observation>>();
  for (const observation of observations) {
    const byItem = byUser.get(observation.user) ?? new Map<string, Observation>();
    byUser.set(observation.user, byItem.set(observation.item, observation));
  }
  return [...byUser.values()].flatMap((byItem) => [...byItem.values()]);
}
