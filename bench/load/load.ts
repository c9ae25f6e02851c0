import { Connection } from './connection';
import { atRate, type Schedule, withoutPause } from './schedule';

/** What is sent to a server, and for how long. */
export interface Load {
  readonly port: number;
  /** Makes the next whole HTTP request. */
  readonly nextRequest: () => string;
  readonly seconds: number;
  readonly connections: number;
  /**
   * Requests per second.
   * @default as many as the server answers
   */
  readonly rate?: number | undefined;
}

export interface LoadResult {
  /** Every request that was sent was answered with 200 or 201. */
  readonly answered: number;
  readonly seconds: number;
  /**
   * Milliseconds from the moment at which each request was due to its answer, ascending. A request that had to wait for
   * a free connection was due before it was sent, so that a slow server cannot hide behind requests not sent.
   */
  readonly latencies: Float64Array;
}

/** The value that the share `quantile` of ascending values does not exceed. */
export const quantileOf = (ascending: Float64Array, quantile: number): number =>
  ascending[Math.max(0, Math.ceil(quantile * ascending.length) - 1)] ?? Number.NaN;

/**
 * Sends requests to a server on loopback and waits for all answers.
 * @throws {Error} by rejection, at the first other answer
 */
export function send(load: Load): Promise<LoadResult> {
  return new Promise((resolve, reject) => new Run(load, resolve, reject).start().catch(reject));
}

/** Wakes a run in which nothing happens, in milliseconds; answers wake it more often. */
const tickMs = 1;

class Run {
  #connections: readonly Connection[] = [];
  #idle: Connection[] = [];
  readonly #latencies: number[] = [];
  #schedule: Schedule | undefined;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly load: Load,
    private readonly resolve: (result: LoadResult) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  async start(): Promise<void> {
    const { port, connections, rate, seconds } = this.load;
    const open = () =>
      Connection.open(
        port,
        (connection) => this.#answered(connection),
        (error) => this.#fail(error),
      );
    this.#connections = await Promise.all(Array.from({ length: connections }, open));
    this.#idle = [...this.#connections];
    this.#startedAt = performance.now();
    const end = this.#startedAt + seconds * 1000;
    this.#schedule = rate === undefined ? withoutPause(end) : atRate(rate, this.#startedAt, end);
    this.#timer = setInterval(() => this.#advance(performance.now()), tickMs);
    this.#advance(this.#startedAt);
  }

  #answered(connection: Connection): void {
    const now = performance.now();
    this.#latencies.push(now - connection.due);
    this.#idle.push(connection);
    this.#advance(now);
  }

  /** Sends what is due, as far as connections are free. */
  #advance(now: number): void {
    const schedule = this.#schedule as Schedule;
    while (this.#idle.length > 0) {
      const due = schedule.take(now);
      if (due === undefined) break;
      const connection = this.#idle.pop() as Connection;
      connection.due = due;
      connection.send(this.load.nextRequest());
    }
    if (schedule.isOver(now) && this.#idle.length === this.#connections.length) this.#finish(now);
  }

  #finish(now: number): void {
    this.#close();
    this.resolve({
      answered: this.#latencies.length,
      seconds: (now - this.#startedAt) / 1000,
      latencies: Float64Array.from(this.#latencies).sort(),
    });
  }

  #fail(error: Error): void {
    this.#close();
    this.reject(error);
  }

  #close(): void {
    clearInterval(this.#timer);
    for (const connection of this.#connections) connection.close();
  }
}
