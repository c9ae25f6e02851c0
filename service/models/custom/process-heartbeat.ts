import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Version } from '../../../config/version';
import { modelTables } from '../tables';

const intervalMs = 1_000;

/** A process without a heartbeat for this long is dead. */
export const deadAfter = '5 seconds';

/** Tells the database every second that this process serves, and since when it knows of all changes. */
export class ProcessHeartbeat {
  readonly #process = randomUUID();
  readonly #table: string;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: Pool,
    version: Version,
    private readonly lookedAt: () => Date | undefined,
  ) {
    this.#table = modelTables(version).processes;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#beating = this.#beat();
    }, intervalMs);
    this.#beating = this.#beat();
  }

  /** Takes the process off the list; a database that is away forgets it by itself. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.pool.query(`delete from ${this.#table} where process = $1`, [this.#process]).catch(() => {});
  }

  /** A missed beat is made up for by the next one, or the process counts as dead: either is right. */
  async #beat(): Promise<void> {
    await this.pool
      .query(
        `with dead as (delete from ${this.#table} where heartbeat_at < clock_timestamp() - interval '1 hour')
         insert into ${this.#table} (process, heartbeat_at, looked_at) values ($1, clock_timestamp(), $2)
         on conflict (process) do update set heartbeat_at = excluded.heartbeat_at, looked_at = excluded.looked_at`,
        [this.#process, this.lookedAt() ?? null],
      )
      .catch(() => {});
  }
}
