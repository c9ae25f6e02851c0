import { insertEvents } from './insert-events';
import type { NewEvent, Outcome } from './new-event';
import { NothingStoredError, UnknownOutcomeError } from './outcomes';
import type { Transactions } from './transactions';

export interface GroupCommitOptions {
  readonly transactions: Transactions;
  /** Counts what it stores in rows of its own. */
  readonly instance: string;
  /** How many events may wait. */
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
  readonly onCommit?: (events: number, seconds: number) => void;
}

/** The events of one request, which are stored together or not at all. */
interface Waiting {
  readonly events: readonly NewEvent[];
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  resolve(outcomes: readonly Outcome[]): void;
  reject(error: unknown): void;
}

/** Most events of a group; more would make the first of them wait for the last. */
const groupLimit = 2_000;

/** A transaction waits for this share of the requests that were open at the end of the one before. */
const gatheredShare = 0.75;

/**
 * Stores the events of many requests in few transactions: what arrives during one goes into the next. Clients that have
 * got their answers send again in a moment, so the next one gives them that moment; a client that is alone never waits.
 */
export class GroupCommit {
  /** In the order of arrival. */
  #waiting: Waiting[] = [];
  #waitingEvents = 0;
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

  constructor(private readonly options: GroupCommitOptions) {}

  /** Events that wait for the transaction after the one that is under way. */
  get waiting(): number {
    return this.#waitingEvents;
  }

  /**
   * Stores all events or none; resolves after COMMIT.
   * @param waitMs how long to wait at most, in milliseconds
   * @returns what became of each event
   * @throws {NothingStoredError | UnknownOutcomeError} after `waitMs` at the latest
   */
  store(events: readonly NewEvent[], waitMs: number): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#waitingEvents + events.length > this.options.queueLimit) {
        reject(new NothingStoredError());
        return;
      }
      const deadline = performance.now() + waitMs;
      this.#waiting.push({ events, deadline, resolve, reject });
      this.#waitingEvents += events.length;
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

  #take(): readonly Waiting[] {
    let count = 0;
    let events = 0;
    for (const request of this.#waiting) {
      if (count > 0 && events + request.events.length > groupLimit) break;
      count += 1;
      events += request.events.length;
    }
    this.#waitingEvents -= events;
    return this.#waiting.splice(0, count);
  }

  async #commit(requests: readonly Waiting[]): Promise<void> {
    const { transactions, instance, onCommit } = this.options;
    const events = requests.flatMap((request) => request.events);
    const deadline = earliest(requests);
    const startedAt = performance.now();
    try {
      const outcomes = await transactions.run(deadline, (client) => insertEvents(client, instance, events));
      onCommit?.(events.length, (performance.now() - startedAt) / 1000);
      let from = 0;
      for (const request of requests) {
        request.resolve(outcomes.slice(from, from + request.events.length));
        from += request.events.length;
      }
    } catch (error) {
      if (error instanceof NothingStoredError) this.#putBack(requests, error);
      else if (error instanceof UnknownOutcomeError || requests.length === 1) {
        for (const request of requests) request.reject(error);
      } else for (const request of requests) await this.#commit([request]);
    }
  }

  /** Those whose time is up are answered; the others get another try. */
  #putBack(requests: readonly Waiting[], error: NothingStoredError): void {
    const now = performance.now();
    const left = requests.filter((request) => request.deadline > now);
    for (const request of requests) if (request.deadline <= now) request.reject(error);
    this.#waiting = [...left, ...this.#waiting];
    this.#waitingEvents += left.reduce((sum, { events }) => sum + events.length, 0);
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
    for (const { events, reject } of late) {
      this.#waitingEvents -= events.length;
      reject(new NothingStoredError());
    }
    this.#watch(earliest(this.#waiting));
  }
}

/** Infinity if there are none. */
const earliest = (requests: readonly Waiting[]): number => Math.min(...requests.map(({ deadline }) => deadline));
