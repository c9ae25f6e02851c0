import { escapeIdentifier, type Pool } from 'pg';
import { underscored, type Version } from '../../config/version';
import { readByCursor } from './read-by-cursor';

/** What a user thought of an item last. */
export interface Observation {
  readonly user: string;
  readonly item: string;
  readonly score: number;
  /** Later ones have a higher one. */
  readonly position: bigint;
}

/**
 * Reads what was observed of a model and is committed when the first is asked for, by user and item.
 * The database ends a reading whose reader takes longer than half a minute for a thousand.
 */
export async function* readObservations(
  pool: Pool,
  version: Version,
  model: string,
  signal?: AbortSignal,
): AsyncGenerator<Observation> {
  const table = escapeIdentifier(`observations_${underscored(version)}`);
  const text = `select user_id as user, item, score, position from ${table}
    where model = $1 order by user_id, item_key`;
  const rows = readByCursor<Omit<Observation, 'position'> & { position: string }>(
    pool,
    async () => ({ text, values: [model] }),
    signal,
  );
  for await (const { position, ...observation } of rows) yield { ...observation, position: BigInt(position) };
}
