import type { ClientBase, Pool } from 'pg';

/**
 * Does `work` in one transaction: all of it is committed, or nothing.
 * @returns what `work` returned, after the commit
 */
export async function transaction<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  // A connection that breaks between two statements says so here, and the next statement fails.
  const breaks = () => {
    broken = true;
  };
  client.on('error', breaks);
  try {
    return await inTransaction(client, () => work(client), breaks);
  } finally {
    client.off('error', breaks);
    client.release(broken);
  }
}

/**
 * Does `work` in one transaction on a connection of the caller's.
 * @param onBroken told if not even the rollback works
 */
export async function inTransaction<T>(
  client: ClientBase,
  work: () => Promise<T>,
  onBroken: () => void = () => {},
): Promise<T> {
  try {
    await client.query('begin');
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(onBroken);
    throw error;
  }
}
