import type { ClientBase, Pool } from 'pg';

/**
 * Does work on a connection that a signal may end: the statement that is under way is cancelled.
 * @param pool whose other connections carry the cancellation
 * @throws the signal's reason if it was aborted, else whatever `work` throws
 */
export async function cancellable<T>(
  client: ClientBase,
  pool: Pool,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!signal) return work();
  signal.throwIfAborted();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const cancel = () => void pool.query('select pg_cancel_backend($1)', [rows[0]?.pid]).catch(() => {});
  signal.addEventListener('abort', cancel);
  try {
    return await work();
  } catch (error) {
    // The error of a cancelled statement says less than the reason for it.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
