import type { ClientBase, Pool, QueryResultRow } from 'pg';

const rowsPerFetch = 1_000;

/** What to read, made when the connection is there. */
export type MakeQuery = (client: ClientBase) => Promise<{ readonly text: string; readonly values: readonly unknown[] }>;

/**
 * The rows of a query, as of one moment; a thousand are in memory at a time, however many there are.
 * @throws the signal's reason once it is aborted
 */
export async function* readByCursor<R extends QueryResultRow>(
  pool: Pool,
  makeQuery: MakeQuery,
  signal?: AbortSignal,
): AsyncGenerator<R> {
  const client = await pool.connect();
  let isClean = false;
  try {
    await client.query('begin isolation level repeatable read read only');
    const { text, values } = await makeQuery(client);
    // The order has to come from an index: to sort millions of rows first would take longer than a statement may.
    await client.query('set local cursor_tuple_fraction = 0.0001');
    await client.query(`declare rows_read no scroll cursor for ${text}`, [...values]);
    for (;;) {
      signal?.throwIfAborted();
      isClean = false;
      const { rows } = await client.query<R>(`fetch ${rowsPerFetch} from rows_read`);
      isClean = true;
      yield* rows;
      if (rows.length < rowsPerFetch) return;
    }
  } finally {
    // Whoever stops early leaves the transaction open, and an error may leave anything.
    const rolledBack = await client.query('rollback').then(Boolean, () => false);
    client.release(!(isClean && rolledBack));
  }
}
