import type { ClientBase, Pool } from 'pg';
import type { Version } from '../../config/version';
import { transaction } from '../database/transaction';
import { announceChange } from './changes';
import { modelTables } from './tables';

/** What serves of a model. */
export interface ModelRow {
  readonly active: number | null;
  /** The revisions that were active before, the latest last. */
  readonly active_before: readonly number[];
}

/**
 * Does work in a transaction that no other change of the same model meets, and that is announced.
 * @param work gets what served before it; undefined if the model was never trained
 */
export function changeModel<T>(
  pool: Pool,
  version: Version,
  model: string,
  work: (client: ClientBase, row: ModelRow | undefined) => Promise<T>,
): Promise<T> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<ModelRow>(
      `select active, active_before from ${modelTables(version).models} where model = $1 for update`,
      [model],
    );
    const result = await work(client, rows[0]);
    await announceChange(client, version);
    return result;
  });
}
