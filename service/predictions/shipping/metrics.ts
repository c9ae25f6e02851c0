import { Counter, Gauge, type Registry } from 'prom-client';
import { oldestUnshipped, totalUnshippedBytes } from '../spool/backlog';

/** The metrics of the way from the spool to the database. */
export class ShipperMetrics {
  readonly #rows: Counter;
  readonly #batches: Counter;
  readonly #rejected: Counter;
  readonly #failures: Counter;

  /** @param root the folder of all spools */
  constructor(registry: Registry, root: string) {
    const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
    this.#rows = counter('modelapp_spool_shipped_rows_total', 'Rows moved from the spool into the tables.');
    this.#batches = counter('modelapp_spool_batches_total', 'Transactions that moved rows from the spool.');
    this.#rejected = counter('modelapp_spool_rejected_rows_total', 'Rows that the database refused, kept in a file.');
    this.#failures = counter('modelapp_spool_failures_total', 'Attempts to move rows that failed and are repeated.');
    const gauge = (name: string, help: string, read: () => Promise<number>) =>
      new Gauge({
        name,
        help,
        registers: [registry],
        async collect() {
          this.set(await read());
        },
      });
    gauge('modelapp_spool_bytes', 'Bytes in the spool that the tables do not have yet.', () =>
      totalUnshippedBytes(root),
    );
    gauge(
      'modelapp_spool_oldest_seconds',
      'Age of the oldest row in the spool that the tables do not have.',
      async () => {
        const writtenAt = await oldestUnshipped(root);
        return writtenAt === undefined ? 0 : (Date.now() - writtenAt) / 1000;
      },
    );
  }

  /** One batch, by its rows. */
  shipped(rows: number, rejected: number): void {
    this.#rows.inc(rows);
    this.#batches.inc();
    this.#rejected.inc(rejected);
  }

  failed(attempts: number): void {
    this.#failures.inc(attempts);
  }
}
