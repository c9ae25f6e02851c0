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
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(breaks);
    throw error;
  } finally {
    client.off('error', breaks);
    client.release(broken);
  }
}
