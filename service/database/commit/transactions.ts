import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase, Pool, PoolClient } from 'pg';
import { inTime, isUnavailable, NothingStoredError, sqlState, UnknownOutcomeError } from './outcomes';

/** Between two attempts while the database is away, in milliseconds. */
const pauseMs = 50;

/** Durable whatever the server's default is. */
const begin = 'begin; set local synchronous_commit to on';

/** How an attempt at a transaction ended without success. */
interface Failure {
  readonly error: unknown;
  /** COMMIT was sent and its answer got lost. */
  readonly mayBeCommitted: boolean;
}

/** Transactions that are tried again until they are committed for certain, or time is up. */
export class Transactions {
  /** @param pool of connections with pipelining */
  constructor(private readonly pool: Pool) {}

  /**
   * Does `work` in a transaction and commits it. It is done again after a deadlock, after a lost connection, and after a
   * COMMIT whose answer got lost, so doing it twice must be as good as once.
   * @param deadline in milliseconds of `performance.now()`
   * @throws {NothingStoredError} if it was not committed until then, and never will be
   * @throws {UnknownOutcomeError} if it may have been
   * @throws whatever else `work` throws, for example when the database rejects a statement
   */
  async run<T>(deadline: number, work: (client: ClientBase) => Promise<T>): Promise<T> {
    let mayBeCommitted = false;
    for (;;) {
      const attempt = await this.#attempt(deadline, work);
      if ('result' in attempt) return attempt.result;
      const { error } = attempt;
      mayBeCommitted ||= attempt.mayBeCommitted;
      if (!isUnavailable(error)) throw mayBeCommitted ? new UnknownOutcomeError({ cause: error }) : error;
      if (!isCollision(error)) await sleep(Math.max(0, Math.min(pauseMs, deadline - performance.now())));
      if (performance.now() >= deadline) {
        throw mayBeCommitted ? new UnknownOutcomeError({ cause: error }) : new NothingStoredError({ cause: error });
      }
    }
  }

  async #attempt<T>(
    deadline: number,
    work: (client: ClientBase) => Promise<T>,
  ): Promise<{ readonly result: T } | Failure> {
    let client: PoolClient | undefined;
    let committing = false;
    let begun: Promise<unknown> = Promise.resolve();
    try {
      client = await inTime(deadline, this.pool.connect(), (late) => late.release());
      // Sent together with the first statement of the work.
      begun = client.query(begin);
      const [result] = await inTime(deadline, Promise.all([work(client), begun]));
      committing = true;
      // Leaves time for another attempt, which finds out whether this one came through.
      const halfWay = (performance.now() + deadline) / 2;
      await inTime(halfWay, client.query('commit'));
      client.release();
      return { result };
    } catch (error) {
      const isOutside = await isRefused(begun);
      // Cuts the connection, so that nothing can be committed on it any more.
      client?.connection.stream.destroy();
      client?.release(true);
      return { error, mayBeCommitted: isOutside || (committing && !isRolledBack(error)) };
    }
  }
}

/** Deadlocks and their like: nobody's fault, and over as soon as they are told. */
const isCollision = (error: unknown): boolean => sqlState(error).startsWith('40');

/** If BEGIN alone was refused, what was sent behind it was done all the same; the end of a connection ends both. */
const isRefused = (begun: Promise<unknown>): Promise<boolean> =>
  Promise.race([begun, Promise.resolve()]).then(
    () => false,
    (error) => sqlState(error) !== '' && !/^(?:08|57)/.test(sqlState(error)),
  );

/** Refusals of COMMIT itself. */
const isRolledBack = (error: unknown): boolean => /^(?:23|40)/.test(sqlState(error));
