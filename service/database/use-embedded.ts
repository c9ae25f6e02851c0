import { Client } from 'pg';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  embeddedPostgresRuns,
  startEmbeddedPostgres,
} from './embedded';

/** The embedded PostgreSQL, for as long as this process uses it. */
export interface EmbeddedPostgresUse extends Pick<EmbeddedPostgres, 'url'> {
  /** Stops the server, unless another process uses it. */
  leave(): Promise<void>;
}

/** Whoever uses the server holds this advisory lock together with the others; whoever stops it holds it alone. */
const lock = 4_271_070;

/** How a server that is being stopped refuses or ends a session. */
const stopping: readonly unknown[] = ['57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET'];
const cut = 'Connection terminated unexpectedly';

/** Of a server that hangs. */
const answerTimeoutMs = 60_000;

/** One is enough, unless others come and go all the time. */
const attempts = 5;

/**
 * Uses the PostgreSQL of a folder beside other processes, started if it does not run: the last that leaves it stops it. A
 * process that dies leaves it running, for the next one to use.
 * @throws {Error} with one line that says what to do
 */
export async function useEmbeddedPostgres(
  directory: string,
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgresUse> {
  for (let attempt = 1; ; attempt++) {
    const found = embeddedPostgresRuns(directory);
    try {
      return await use(await startEmbeddedPostgres(directory, options));
    } catch (error) {
      // The last of those that used it may be stopping it just now.
      const { code, message } = error as NodeJS.ErrnoException;
      const ends = stopping.includes(code) || message === cut || !embeddedPostgresRuns(directory);
      if (!found || !ends || attempt === attempts) throw error;
    }
  }
}

async function use({ url, stop }: EmbeddedPostgres): Promise<EmbeddedPostgresUse> {
  const session = new Client({
    connectionString: url,
    application_name: 'modelapp: holds the server',
    query_timeout: answerTimeoutMs,
  });
  // What ends the session ends the others of this process, too, which tell it.
  session.on('error', () => {});
  await session.connect();
  try {
    await session.query('select pg_advisory_lock_shared($1)', [lock]);
  } catch (error) {
    await session.end();
    throw error;
  }
  return {
    url,
    async leave() {
      const isLast = await takeAlone(session);
      try {
        if (isLast) await stop();
      } finally {
        await session.end();
      }
    },
  };
}

/** Whether nobody else uses the server; one that was killed has nobody. */
async function takeAlone(session: Client): Promise<boolean> {
  try {
    await session.query('select pg_advisory_unlock_shared($1)', [lock]);
    const { rows } = await session.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [lock]);
    return rows[0]!.alone;
  } catch {
    return true;
  }
}
