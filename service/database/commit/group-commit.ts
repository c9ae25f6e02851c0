import type { ClientBase } from 'pg';
import { NothingStoredError, UnknownOutcomeError } from './outcomes';
import type { Transactions } from './transactions';

export interface GroupCommitOptions<Entry, Outcome> {
  readonly transactions: Transactions;
  /** Writes the entries of many requests as part of a transaction, and tells what became of each, in order. */
  readonly write: (client: ClientBase, entries: readonly Entry[]) => Promise<readonly Outcome[]>;
  /** How many entries may wait. */
  readonly queueLimit: number;
  /**
   * How long a transaction waits at most for others to join, from the start of the one before, in milliseconds.
   * @default 8
   */
  readonly gatherMs?: number;
  /**
   * Hears of each group that was committed.
   * @default nobody
   */
  readonly onCommit?: (entries: number, seconds: number) => void;
}

/** The entries of one request, which are stored together or not at all. */
interface Waiting<Entry, Outcome> {
  readonly entries: readonly Entry[];
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  resolve(outcomes: readonly Outcome[]): void;
  reject(error: unknown): void;
}

/** Most entries of a group; more would make the first of them wait for the last. */
const groupLimit = 2_000;

/** A transaction waits for this share of the requests that were open at the end of the one before. */
const gatheredShare = 0.75;

/**
 * Stores the entries of many requests in few transactions: what arrives during one goes into the next. Clients that have
 * got their answers send again in a moment, so the next one gives them that moment; a client that is alone never waits.
 */
export class GroupCommit<Entry, Outcome> {
  /** In the order of arrival. */
  #waiting: Waiting<Entry, Outcome>[] = [];
  #waitingEntries = 0;
  #working = false;
  /** Requests that the next transaction waits for. */
  #expected = 0;
  /** When the last transaction started, in milliseconds of `performance.now()`. */
  #startedAt = 0;
  /** Ends the wait for more requests. */
  #onEnough: (() => void) | undefined;
  #expiry: NodeJS.Timeout | undefined;
  /** The deadline that `#expiry` is set for; Infinity without one. */
  #expiresAt = Number.POSITIVE_INFINITY;

  constructor(private readonly options: GroupCommitOptions<Entry, Outcome>) {}

  /** Entries that wait for the transaction after the one that is under way. */
  get waiting(): number {
    return this.#waitingEntries;
  }

  /**
   * Stores all entries or none; resolves after COMMIT.
   * @param waitMs how long to wait at most, in milliseconds
   * @returns what became of each entry
   * @throws {NothingStoredError | UnknownOutcomeError} after `waitMs` at the latest
   */
  store(entries: readonly Entry[], waitMs: number): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#waitingEntries + entries.length > this.options.queueLimit) {
        reject(new NothingStoredError());
        return;
      }
      const deadline = performance.now() + waitMs;
      this.#waiting.push({ entries, deadline, resolve, reject });
      this.#waitingEntries += entries.length;
      this.#watch(deadline);
      if (this.#waiting.length >= this.#expected) this.#onEnough?.();
      if (this.#working) return;
      this.#working = true;
      // Requests that arrived together are handled in one turn of the event loop.
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
      // Their time may have run out meanwhile.
      if (this.#waiting.length === 0) break;
      const requests = this.#take();
      this.#startedAt = performance.now();
      await this.#commit(requests);
      this.#expected = Math.ceil(gatheredShare * (requests.length + this.#waiting.length));
    }
    this.#working = false;
  }

  #gather(): Promise<void> {
    const { gatherMs = 8 } = this.options;
    const restMs = this.#startedAt + gatherMs - performance.now();
    if (restMs <= 0 || this.#waiting.length >= this.#expected) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#onEnough?.(), restMs);
      this.#onEnough = () => {
        clearTimeout(timer);
        this.#onEnough = undefined;
        resolve();
      };
    });
  }

  #take(): readonly Waiting<Entry, Outcome>[] {
    let count = 0;
    let entries = 0;
    for (const request of this.#waiting) {
      if (count > 0 && entries + request.entries.length > groupLimit) break;
      count += 1;
      entries += request.entries.length;
    }
    this.#waitingEntries -= entries;
    return this.#waiting.splice(0, count);
  }

  async #commit(requests: readonly Waiting<Entry, Outcome>[]): Promise<void> {
    const { transactions, write, onCommit } = this.options;
    const entries = requests.flatMap((request) => request.entries);
    const deadline = earliest(requests);
    const startedAt = performance.now();
    try {
      const outcomes = await transactions.run(deadline, (client) => write(client, entries));
      onCommit?.(entries.length, (performance.now() - startedAt) / 1000);
      let from = 0;
      for (const request of requests) {
        request.resolve(outcomes.slice(from, from + request.entries.length));
        from += request.entries.length;
      }
    } catch (error) {
      if (error instanceof NothingStoredError) this.#putBack(requests, error);
      else if (error instanceof UnknownOutcomeError || requests.length === 1) {
        for (const request of requests) request.reject(error);
      } else for (const request of requests) await this.#commit([request]);
    }
  }

  /** Those whose time is up are answered; the others get another try. */
  #putBack(requests: readonly Waiting<Entry, Outcome>[], error: NothingStoredError): void {
    const now = performance.now();
    const left = requests.filter((request) => request.deadline > now);
    for (const request of requests) if (request.deadline <= now) request.reject(error);
    this.#waiting = [...left, ...this.#waiting];
    this.#waitingEntries += left.reduce((sum, { entries }) => sum + entries.length, 0);
    this.#watch(earliest(left));
  }

  /** Takes requests out of the queue whose time is up while a transaction is under way, from this deadline on. */
  #watch(deadline: number): void {
    // Most have the same time to wait, so that the timer that is set is the right one.
    if (deadline >= this.#expiresAt) return;
    clearTimeout(this.#expiry);
    this.#expiresAt = deadline;
    this.#expiry = setTimeout(() => this.#expire(), Math.max(1, deadline - performance.now())).unref();
  }

  #expire(): void {
    this.#expiresAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    const late = this.#waiting.filter(({ deadline }) => deadline <= now);
    this.#waiting = this.#waiting.filter(({ deadline }) => deadline > now);
    for (const { entries, reject } of late) {
      this.#waitingEntries -= entries.length;
      reject(new NothingStoredError());
    }
    this.#watch(earliest(this.#waiting));
  }
}

/** Infinity if there are none. */
const earliest = (requests: readonly { readonly deadline: number }[]): number =>
  Math.min(...requests.map(({ deadline }) => deadline));
