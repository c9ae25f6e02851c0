import type { Pool } from 'pg';
import type { Version } from '../../config/version';
import type { Observation } from './observation';
import { observationTables } from './tables';

/** Rows in memory at a time. */
const fetchRows = 5_000;

/**
 * All observations of a model as of one moment, a part of them in memory at a time. The order is the same each time: by
 * user, then by item in some fixed order.
 */
export async function* readObservations(pool: Pool, version: Version, model: string): AsyncGenerator<Observation> {
  const client = await pool.connect();
  let isIdle = false;
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query(
      `declare observed no scroll cursor for
       select user_id as user, item, score from ${observationTables(version).observations}
       where model = $1 order by user_id, item_key`,
      [model],
    );
    for (;;) {
      const { rows } = await client.query<Observation>(`fetch ${fetchRows} from observed`);
      isIdle = true;
      yield* rows;
      if (rows.length < fetchRows) return;
      isIdle = false;
    }
  } finally {
    // A connection on which something went wrong is cut.
    const isClean = isIdle && (await client.query('rollback').then(Boolean, () => false));
    client.release(!isClean);
  }
}
