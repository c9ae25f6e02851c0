import type { Clock } from '../support/state-machine/interpreter';

/** Time that passes only when somebody waits; what is due happens on the way. */
export class FakeClock implements Clock {
  readonly #due: { at: number; happen: () => void }[] = [];
  #now = Date.parse('2026-05-04T12:00:00Z');

  now(): number {
    return this.#now;
  }

  async pass(seconds: number): Promise<void> {
    const until = this.#now + seconds * 1000;
    for (;;) {
      const next = this.#due.sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > until) break;
      this.#due.shift();
      this.#now = next.at;
      next.happen();
    }
    this.#now = until;
  }

  /** Lets something happen when so many seconds have passed. */
  after(seconds: number, happen: () => void): void {
    this.#due.push({ at: this.#now + seconds * 1000, happen });
  }
}
