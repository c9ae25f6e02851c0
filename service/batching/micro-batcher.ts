/** How large a batch may be, and how long requests may wait for it to fill. */
export interface BatchLimits {
  /** Rows of a batch at most; a single request may have more, and then runs by itself. */
  readonly maxSize: number;
  /** How long a request waits for others while the model is free, counted from its arrival, in milliseconds. */
  readonly maxDelayMs: number;
}

/** A failure that all requests of a batch have in common: none of them runs again. */
export class WholeBatchError extends Error {
  override readonly name = 'WholeBatchError';
}

/** Where time comes from. */
export interface Clock {
  /** In milliseconds, since any moment. */
  now(): number;
  /** Calls after so many milliseconds, unless cancelled before with what is returned. */
  after(delayMs: number, call: () => void): () => void;
}

/** The time of this process. */
export const processClock: Clock = {
  now: () => performance.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A request that waits for its answers. */
interface Request<Row, Answer> {
  readonly rows: readonly Row[];
  readonly arrivedAt: number;
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets a model answer many requests at once. A request that finds the model idle goes at once; those that come while it
 * is busy go together as soon as they fill a batch, or the oldest has waited long enough. Requests are never divided, and
 * run in the order of their arrival, one batch at a time.
 */
export class MicroBatcher<Row, Answer> {
  #waiting: Request<Row, Answer>[] = [];
  #waitingRows = 0;
  #isBusy = false;
  #stopWaiting: (() => void) | undefined;

  /** @param run answers rows, in order; called for one batch at a time */
  constructor(
    private readonly run: (rows: readonly Row[]) => Promise<readonly Answer[]>,
    private readonly limits: BatchLimits,
    private readonly clock: Clock = processClock,
  ) {}

  /**
   * The answers to the rows of one request, in order.
   * @throws what the model throws for these rows by themselves: a request suffers from no other one's rows
   * @throws {WholeBatchError} if the model throws it for the batch
   */
  answer(rows: readonly Row[]): Promise<readonly Answer[]> {
    const isIdle = !this.#isBusy && this.#waiting.length === 0;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, arrivedAt: this.clock.now(), resolve, reject });
      this.#waitingRows += rows.length;
      if (isIdle) void this.#runBatch();
      else this.#proceed();
    });
  }

  /** Runs the next batch if it is time for it, or sees to it that it runs in time. */
  #proceed(): void {
    const [oldest] = this.#waiting;
    if (this.#isBusy || !oldest) return;
    const leftMs = oldest.arrivedAt + this.limits.maxDelayMs - this.clock.now();
    if (leftMs <= 0 || this.#waitingRows >= this.limits.maxSize) void this.#runBatch();
    else this.#stopWaiting ??= this.clock.after(leftMs, () => void this.#runBatch());
  }

  async #runBatch(): Promise<void> {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#isBusy = true;
    await this.#answerTogether(this.#takeBatch());
    this.#isBusy = false;
    this.#proceed();
  }

  /** The oldest request, and those behind it that still fit. */
  #takeBatch(): readonly Request<Row, Answer>[] {
    let size = 0;
    let count = 0;
    for (const { rows } of this.#waiting) {
      if (count > 0 && size + rows.length > this.limits.maxSize) break;
      size += rows.length;
      count += 1;
    }
    this.#waitingRows -= size;
    return this.#waiting.splice(0, count);
  }

  /** If the batch fails, each of its requests runs by itself, so that only the cause of the failure sees it. */
  async #answerTogether(batch: readonly Request<Row, Answer>[]): Promise<void> {
    try {
      const answers = await this.#answersOf(batch.flatMap(({ rows }) => rows));
      let start = 0;
      for (const { rows, resolve } of batch) {
        resolve(answers.slice(start, start + rows.length));
        start += rows.length;
      }
    } catch (error) {
      const isCommon = batch.length === 1 || error instanceof WholeBatchError;
      if (isCommon) for (const { reject } of batch) reject(error);
      else for (const request of batch) await this.#answerTogether([request]);
    }
  }

  async #answersOf(rows: readonly Row[]): Promise<readonly Answer[]> {
    const answers = await this.run(rows);
    if (answers.length === rows.length) return answers;
    throw new Error(`the model answered ${answers.length} predictions for ${rows.length} samples`);
  }
}
