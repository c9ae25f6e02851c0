import { type ClientBase, escapeIdentifier, type Pool, type PoolClient } from 'pg';
import type { BaseLogger } from 'pino';
import { underscored, type Version } from '../../config/version';

const channel = (version: Version): string => `modelapp_${underscored(version)}`;

/** Tells every process of the version, when the transaction commits, that models or jobs have changed. */
export async function announceChange(client: ClientBase, version: Version): Promise<void> {
  await client.query(`select pg_notify($1, '')`, [channel(version)]);
}

export interface ChangeListenerOptions {
  /** One of its connections is kept for listening. */
  readonly pool: Pool;
  readonly version: Version;
  readonly logger: Pick<BaseLogger, 'warn'>;
  /** Called at each announcement, after each reconnection and at each poll; handles its own errors. */
  readonly onChange: () => void;
  /** How often to look without being told, in milliseconds: a lost announcement costs no more than this. @default 1000 */
  readonly pollMs?: number;
}

const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** Hears of changes through LISTEN, and polls as a net below it. */
export class ChangeListener {
  #client: PoolClient | undefined;
  #poll: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = firstRetryMs;
  #stopped = false;

  constructor(private readonly options: ChangeListenerOptions) {}

  /** Resolves when it listens, or has failed to for the first time and goes on trying. */
  async start(): Promise<void> {
    this.#poll = setInterval(this.options.onChange, this.options.pollMs ?? 1_000);
    await this.#listen();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#retry);
    this.#client?.release(true);
    this.#client = undefined;
  }

  async #listen(): Promise<void> {
    let client: PoolClient | undefined;
    try {
      client = await this.options.pool.connect();
      client.on('error', () => this.#lost(client));
      client.on('end', () => this.#lost(client));
      client.on('notification', this.options.onChange);
      await client.query(`listen ${escapeIdentifier(channel(this.options.version))}`);
      if (this.#stopped) return client.release(true);
      this.#client = client;
      this.#retryMs = firstRetryMs;
      this.options.onChange();
    } catch (error) {
      client?.release(true);
      this.#listenLater(error as Error);
    }
  }

  #lost(client: PoolClient | undefined): void {
    if (!client || client !== this.#client) return;
    this.#client = undefined;
    client.release(true);
    this.#listenLater(new Error('the connection was lost'));
  }

  #listenLater(reason: Error): void {
    if (this.#stopped) return;
    this.options.logger.warn(`no news of changed models (${reason.message}); polling, next try in ${this.#retryMs} ms`);
    this.#retry = setTimeout(() => void this.#listen(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs);
  }
}
