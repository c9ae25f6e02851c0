/** The exit code of a process that a signal ended, as shells count it. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type EndSignal = keyof typeof exitCodes;

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
 * Turns Ctrl-C, SIGTERM and the end of the terminal into something a command can wait for, from now on. Only the first counts: a terminal and npm
 * both pass Ctrl-C on, so that it arrives twice.
 */
export class Interruption {
  readonly #received: Promise<EndSignal>;
  #signal: EndSignal | undefined;
  #release: () => void = () => {};

  constructor() {
    this.#received = new Promise((resolve) => {
      const receive = (signal: EndSignal) => {
        this.#signal ??= signal;
        resolve(this.#signal);
      };
      const signals = Object.keys(exitCodes) as EndSignal[];
      for (const signal of signals) process.on(signal, receive);
      this.#release = () => {
        for (const signal of signals) process.off(signal, receive);
      };
    });
  }

  /** From now on signals end the process as they do by default. */
  release(): void {
    this.#release();
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
