import { printProgress } from './print';

/** How often a long command says how far it is, in milliseconds. */
const intervalMs = 2_000;

/** Tells on standard error how many events were handled, and how fast. */
export class Progress {
  readonly #startedAt = performance.now();
  #toldAt = performance.now();

  /** @param what was done to the events: `imported` */
  constructor(private readonly what: string) {}

  tell(events: number): void {
    const now = performance.now();
    if (now - this.#toldAt < intervalMs) return;
    this.#toldAt = now;
    const perSecond = Math.round((events * 1000) / (now - this.#startedAt));
    printProgress(`${events} events ${this.what}, ${perSecond} events/s`);
  }
}
