/** The exit code of a process that a signal ended, as shells count it. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type EndSignal = keyof typeof exitCodes;
const endSignals = Object.keys(exitCodes) as readonly EndSignal[];

/** Thrown where a command stops because it was told to; what it had opened is closed on the way out. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly exitCode: number;
  constructor(readonly signal: EndSignal) {
    super(`stopped by ${signal}`);
    this.exitCode = exitCodes[signal];
  }
}

/**
 * Turns Ctrl-C, SIGTERM and the end of the terminal into something a command can wait for, from now on. Only the first
 * counts: a terminal and npm both pass Ctrl-C on, so that it arrives twice.
 */
export class Interruption {
  readonly #received: Promise<EndSignal>;
  readonly #work = new AbortController();
  #receive: (signal: EndSignal) => void = () => {};

  constructor() {
    this.#received = new Promise((resolve) => {
      this.#receive = (signal) => {
        resolve(signal);
        this.#work.abort(new InterruptedError(signal));
      };
    });
    for (const signal of endSignals) process.on(signal, this.#receive);
  }

  /** Aborts with an InterruptedError when a signal arrives, for work that undoes what it has begun. */
  get signal(): AbortSignal {
    return this.#work.signal;
  }

  /** From now on signals end the process as they do by default. */
  release(): void {
    for (const signal of endSignals) process.off(signal, this.#receive);
  }

  /** Resolves with the signal that arrived. */
  wait(): Promise<EndSignal> {
    return this.#received;
  }

  /**
   * The outcome of some work that may be left half-done.
   * @throws {InterruptedError} as soon as a signal arrives
   */
  async orStop<T>(work: Promise<T>): Promise<T> {
    const stop = this.#received.then((signal) => {
      throw new InterruptedError(signal);
    });
    return Promise.race([work, stop]);
  }
}

/** A signal that arrives so long after the first, in milliseconds, is a second one, not the same passed on. */
const passedOn = 1000;

/**
 * Does work that ends in order when Ctrl-C or SIGTERM arrives: the signal aborts, and the work undoes what it did. Who
 * does not want to wait for that sends a second one, which ends the process at once.
 * @throws {InterruptedError} if it was interrupted
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new Interruption();
  interruption.signal.addEventListener('abort', () => setTimeout(() => interruption.release(), passedOn).unref());
  try {
    return await work(interruption.signal);
  } finally {
    interruption.release();
  }
}
