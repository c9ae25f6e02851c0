import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { parseVersion } from '../config/version';
import { startEmbeddedPostgres } from '../service/database/embedded';
import { logTables } from '../service/predictions/shipping/tables';

/** A PostgreSQL that is not a child of the service, and what the prediction log has in it. */
export class BenchDatabase {
  readonly #pool: Pool;
  readonly #tables = logTables(parseVersion(readFileSync('VERSION', 'utf8')));

  private constructor(
    readonly url: string,
    private readonly stopServer: () => Promise<void>,
  ) {
    this.#pool = new Pool({ connectionString: url });
  }

  static async start(folder: string): Promise<BenchDatabase> {
    const { url, stop } = await startEmbeddedPostgres(join(folder, 'postgres'));
    return new BenchDatabase(url, stop);
  }

  /** Predictions that are in the tables by now. */
  async recorded(): Promise<number> {
    const { rows } = await this.#pool.query(`select count(*) from ${this.#tables.outputs}`);
    return Number(rows[0].count);
  }

  /**
   * Waits until all answers are in the tables, and makes sure that each is there once.
   * @throws {Error} if one is missing after two minutes without progress, or there more than once
   */
  async checkRecorded(answered: number): Promise<void> {
    const { inputs, outputs } = this.#tables;
    for (let before = -1, patience = 600; ; ) {
      const recorded = await this.recorded();
      if (recorded >= answered) break;
      patience = recorded === before ? patience - 1 : 600;
      if (patience === 0) throw new Error(`${answered} predictions were answered, ${recorded} are in the tables`);
      before = recorded;
      await sleep(200);
    }
    const { rows } = await this.#pool.query(
      `select count(*) as inputs, count(distinct (id, request_time)) as requests, (select count(*) from ${outputs}) as outputs
       from ${inputs}`,
    );
    const faults = Object.entries(rows[0]).filter(([, count]) => Number(count) !== answered);
    if (faults.length > 0) throw new Error(`${answered} predictions were answered, the tables say ${faults.join(' ')}`);
  }

  async stop(): Promise<void> {
    await this.#pool.end();
    await this.stopServer();
  }
}
