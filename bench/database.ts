import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../service/database/embedded';
import { logTables } from '../service/predictions/shipping/tables';
import { releasedVersion } from './options';

/** Niceness, by which the kernel shares a core. */
const politeness = 10;

/** A PostgreSQL that is not a child of the service, and what the prediction log has in it. */
export class BenchDatabase {
  readonly #tables = logTables(releasedVersion());

  private constructor(
    readonly url: string,
    private readonly client: Client,
    private readonly stopServer: () => Promise<void>,
  ) {}

  static async start(folder: string): Promise<BenchDatabase> {
    const { url, stop } = await startEmbeddedPostgres(join(folder, 'postgres'));
    const client = new Client({ connectionString: url });
    await client.connect();
    return new BenchDatabase(url, client, stop);
  }

  /**
   * Lets clients that share a core with the database go first, as they would be machines of their own. It counts for
   * connections from now on.
   */
  async giveWay(): Promise<void> {
    const { rows } = await this.client.query("select pg_read_file('postmaster.pid') as lock");
    setPriority(Number(rows[0].lock.split('\n', 1)[0]), politeness);
  }

  /** Rows that are in each of the two tables by now, one for each sample. */
  async recorded(): Promise<number> {
    const { rows } = await this.client.query(`select count(*) from ${this.#tables.outputs}`);
    return Number(rows[0].count);
  }

  /** About the same, without counting; a batch that is tried again leaves out some. */
  async highestRunId(): Promise<number> {
    const { rows } = await this.client.query(`select coalesce(max(run_id), 0) as highest from ${this.#tables.outputs}`);
    return Number(rows[0].highest);
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
    const { rows } = await this.client.query(
      `select count(*) as inputs, count(distinct (id, request_time, sample)) as samples,
         (select count(*) from ${outputs}) as outputs
       from ${inputs}`,
    );
    const faults = Object.entries(rows[0]).filter(([, count]) => Number(count) !== answered);
    if (faults.length > 0) throw new Error(`${answered} predictions were answered, the tables say ${faults.join(' ')}`);
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.stopServer();
  }
}
