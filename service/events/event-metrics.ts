import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the event server of one process tells about itself. */
export class EventMetrics {
  readonly #stored: Counter;
  readonly #seconds: Histogram;

  /** @param waiting events that wait for a transaction now */
  constructor(registry: Registry, waiting: () => number) {
    const registers = [registry];
    this.#stored = new Counter({
      name: 'modelapp_events_committed_total',
      help: 'Events in committed transactions, repeated ones included.',
      registers,
    });
    this.#seconds = new Histogram({
      name: 'modelapp_event_commit_seconds',
      help: 'Time from the start of a transaction with events to its commit, in seconds.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
    new Gauge({
      name: 'modelapp_events_waiting',
      help: 'Events that wait for the next transaction.',
      registers,
      collect() {
        this.set(waiting());
      },
    });
  }

  committed(events: number, seconds: number): void {
    this.#stored.inc(events);
    this.#seconds.observe(seconds);
  }
}
