/** How far rows are numbered: the last number that was drawn for an event, and for what was removed. */
export interface Position {
  readonly events: number;
  readonly removals: number;
}

/** What the database says at one moment; the writers were asked for after the position. */
export interface Moment {
  readonly position: Position;
  /** The transactions that were changing events. */
  readonly writers: ReadonlySet<string>;
}

interface Waiting extends Moment {
  readonly since: number;
}

/**
 * Finds out up to where nothing can appear any more. A row gets its number before others see it, so that one may show up
 * behind a row that was read already; but once all who were writing when a number was the last have ended, a new look
 * finds whatever there will ever be up to that number.
 */
export class WriterWatch {
  #waiting: Waiting | undefined;
  /** Writers that took too long to be waited for. */
  readonly #late = new Set<string>();
  #missed = false;

  /**
   * Whether a writer has ended that was not waited for: rows that it numbered early may have been missed, and only
   * reading everything finds them.
   */
  get missed(): boolean {
    return this.#missed;
  }

  /**
   * @param now in milliseconds of any clock
   * @param patienceMs how long to wait for a writer, in milliseconds
   * @returns where a look that begins after this call is sure to see all rows up to; undefined if not further than before
   */
  observe(moment: Moment, now: number, patienceMs: number): Position | undefined {
    for (const writer of this.#late) if (!moment.writers.has(writer)) this.#missed = true;
    this.#waiting ??= { ...moment, since: now };
    const { position, writers, since } = this.#waiting;
    const open = [...writers].filter((writer) => moment.writers.has(writer));
    if (open.length > 0) {
      if (now - since < patienceMs) return undefined;
      for (const writer of open) this.#late.add(writer);
    }
    this.#waiting = undefined;
    return position;
  }
}
