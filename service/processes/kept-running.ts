/** Keeps a process running that others ask: one that ends is followed by another. */
export class KeptRunning<Running> {
  #running: Promise<Running> | undefined;
  #hasAnswered = false;

  /**
   * @param start starts one
   * @param onEnd calls `hear` once it answers no more
   */
  constructor(
    private readonly start: () => Promise<Running>,
    private readonly onEnd: (running: Running, hear: () => void) => void,
  ) {}

  /** The one that runs, or a new one. */
  get(): Promise<Running> {
    if (this.#running) return this.#running;
    const running = this.start();
    this.#running = running;
    this.#hasAnswered = false;
    const replace = () => {
      if (this.#running !== running) return;
      this.#running = undefined;
      // What has never answered may end at once again: it waits for a request.
      if (this.#hasAnswered) this.get().catch(() => undefined);
    };
    running.then((started) => this.onEnd(started, replace), replace);
    return running;
  }

  /** Takes down that the one that runs has answered, so that another follows it at once. */
  answered(): void {
    this.#hasAnswered = true;
  }

  /** Lets go of the one that runs; whoever asks next starts another. */
  close(end: (running: Running) => void): void {
    const running = this.#running;
    this.#running = undefined;
    running?.then(end, () => undefined);
  }
}
