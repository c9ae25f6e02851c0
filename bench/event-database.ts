import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../service/database/embedded';
import { accessKeyHash, generateAccessKey } from '../service/events/apps/access-key';

/** A PostgreSQL that is not a child of the service, and the app in it that events are stored for. */
export class EventDatabase {
  readonly #app = 1;

  private constructor(
    readonly url: string,
    private readonly client: Client,
    private readonly stopServer: () => Promise<void>,
  ) {}

  static async start(folder: string): Promise<EventDatabase> {
    const { url, stop } = await startEmbeddedPostgres(join(folder, 'postgres'));
    const client = new Client({ connectionString: url });
    await client.connect();
    return new EventDatabase(url, client, stop);
  }

  /** Makes the app, once the service has made the tables; returns its key. */
  async createKey(): Promise<string> {
    const key = generateAccessKey();
    await this.client.query(`insert into apps (id, name) values ($1, 'bench')`, [this.#app]);
    await this.client.query(`insert into access_keys (hash, mask, app) values ($1, '****', $2)`, [
      accessKeyHash(key),
      this.#app,
    ]);
    return key;
  }

  /** @throws {Error} unless the table and its statistics have exactly as many events of the app */
  async checkStored(acknowledged: number): Promise<void> {
    const { rows } = await this.client.query(
      `select (select count(*) from events where app = $1) as stored,
         (select coalesce(sum(count), 0) from event_stats where app = $1) as counted`,
      [this.#app],
    );
    const { stored, counted } = rows[0];
    if (Number(stored) !== acknowledged || Number(counted) !== acknowledged) {
      throw new Error(`${acknowledged} events were acknowledged, ${stored} are stored and ${counted} counted`);
    }
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.stopServer();
  }
}
