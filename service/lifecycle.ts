/** Where an instance is between start and end. */
export type Phase = 'starting' | 'ready' | 'draining';

/** Tells readiness apart from liveness: a draining instance still answers, but wants no new traffic. */
export class Lifecycle {
  #phase: Phase = 'starting';

  get phase(): Phase {
    return this.#phase;
  }

  /** All models are loaded and warmed up. A draining instance stays draining. */
  started(): void {
    if (this.#phase === 'starting') this.#phase = 'ready';
  }

  drain(): void {
    this.#phase = 'draining';
  }
}
