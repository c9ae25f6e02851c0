import { resolve } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../service/database/embedded';
import { generateAccessKey } from '../../service/events/apps/access-key';
import type { Place } from '../../service/events/store/new-event';
import { type CommandRun, runCommand } from '../system/run-command';

/** A PostgreSQL that is not a child of the service, with all tables of events and an app whose events are measured. */
export class EventDatabase {
  readonly place: Place = { app: 1, channel: 0 };

  private constructor(
    readonly url: string,
    /** Of the app. */
    readonly key: string,
    readonly client: Client,
    private readonly stopServer: () => Promise<void>,
  ) {}

  /** @param folder of the benchmark; the database lies in it */
  static async start(folder: string): Promise<EventDatabase> {
    const { url, stop } = await startEmbeddedPostgres(`${folder}/postgres`);
    const client = new Client({ connectionString: url });
    await client.connect();
    const database = new EventDatabase(url, generateAccessKey(), client, stop);
    await database.command('app', 'new', 'bench', '--id', String(database.place.app), '--access-key', database.key);
    return database;
  }

  /** Runs a verb of the built command line on this database. */
  command(...words: readonly string[]): Promise<CommandRun> {
    return runCommand([process.execPath, resolve('dist/cli.js'), ...words, '--database', this.url]);
  }

  /** @throws {Error} unless so many events of the app are stored */
  async checkStored(expected: number): Promise<void> {
    const { rows } = await this.client.query('select count(*) as stored from events where app = $1', [this.place.app]);
    if (Number(rows[0].stored) !== expected)
      throw new Error(`${expected} events were sent, ${rows[0].stored} are stored`);
  }

  /** @throws {Error} unless the statistics count so many events of the app */
  async checkCounted(expected: number): Promise<void> {
    const { rows } = await this.client.query(
      'select coalesce(sum(count), 0) as counted from event_stats where app = $1',
      [this.place.app],
    );
    if (Number(rows[0].counted) !== expected) {
      throw new Error(`${expected} events were acknowledged, the statistics count ${rows[0].counted}`);
    }
  }

  /** Deletes all events, and leaves nothing behind that would slow down what comes next. */
  async empty(): Promise<void> {
    await this.client.query('truncate events');
    await this.client.query('checkpoint');
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.stopServer();
  }
}
