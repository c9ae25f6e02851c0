import type { ClientBase, Pool, QueryResultRow } from 'pg';
import { readInTime } from '../../database/commit/outcomes';
import { firstFetch, nextFetch } from '../store/fetch-size';

/**
 * The rows of a query, some megabytes of them in memory at a time, all as of one moment.
 * @param waitMs how long the database may take for each part, in milliseconds
 * @param before asks for something else as of the same moment, before the first row
 * @throws {NothingStoredError} if it takes longer
 */
export async function* streamRows<R extends QueryResultRow & { readonly properties: string }>(
  pool: Pool,
  { text, values }: { readonly text: string; readonly values: readonly unknown[] },
  waitMs: number,
  before: (client: ClientBase) => Promise<void> = async () => {},
): AsyncGenerator<R> {
  const client = await readInTime(waitMs, pool.connect(), (late) => late.release());
  let isIdle = false;
  try {
    await readInTime(waitMs, client.query('begin isolation level repeatable read read only'));
    await before(client);
    await readInTime(waitMs, client.query(`declare chosen no scroll cursor for ${text}`, [...values]));
    for (let wanted = firstFetch; ; ) {
      const { rows } = await readInTime(waitMs, client.query<R>(`fetch ${wanted} from chosen`));
      isIdle = true;
      yield* rows;
      if (rows.length < wanted) return;
      isIdle = false;
      wanted = nextFetch(rows);
    }
  } finally {
    // A connection on which something went wrong, or still goes on, is cut.
    const isClean = isIdle && (await client.query('rollback').then(Boolean, () => false));
    client.release(!isClean);
  }
}
