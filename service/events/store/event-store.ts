import type { Pool } from 'pg';
import { GroupCommit } from '../../database/commit/group-commit';
import { Transactions } from '../../database/commit/transactions';
import { insertEvents } from './insert-events';
import type { NewEvent, Outcome, Place } from './new-event';
import { isStorable } from './storable';

export interface EventStoreOptions {
  /** Connections for writing, with pipelining; two are enough. */
  readonly pool: Pool;
  /** Identifies this process among those that count events; a UUID. */
  readonly instance: string;
  /** How many events may wait. */
  readonly queueLimit: number;
  /**
   * Hears of each group of events that was committed.
   * @default nobody
   */
  readonly onCommit?: (events: number, seconds: number) => void;
}

/** Changes events; what it says is done is committed. */
export class EventStore {
  readonly #transactions: Transactions;
  readonly #commits: GroupCommit<NewEvent, Outcome>;

  constructor({ pool, instance, ...options }: EventStoreOptions) {
    this.#transactions = new Transactions(pool);
    this.#commits = new GroupCommit({
      ...options,
      transactions: this.#transactions,
      write: (client, events) => insertEvents(client, instance, events),
    });
  }

  /** Events that wait for the next transaction. */
  get waiting(): number {
    return this.#commits.waiting;
  }

  /**
   * Stores all events or none.
   * @param waitMs how long to wait at most, in milliseconds
   * @returns what became of each event
   * @throws {NothingStoredError | UnknownOutcomeError} if the database does not answer in time
   */
  store(events: readonly NewEvent[], waitMs: number): Promise<readonly Outcome[]> {
    return this.#commits.store(events, waitMs);
  }

  /**
   * Deletes an event.
   * @param waitMs how long to wait at most, in milliseconds
   * @returns whether it was there
   * @throws {NothingStoredError | UnknownOutcomeError} if the database does not answer in time
   */
  async remove({ app, channel }: Place, eventId: string, waitMs: number): Promise<boolean> {
    if (!isStorable(eventId)) return false;
    let found = false;
    await this.#transactions.run(performance.now() + waitMs, async (client) => {
      const { rowCount } = await client.query('delete from events where app = $1 and channel = $2 and event_id = $3', [
        app,
        channel,
        eventId,
      ]);
      // Once it was found, it is another attempt that finds nothing left.
      found ||= rowCount === 1;
    });
    return found;
  }
}
