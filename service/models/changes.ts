import { type ClientBase, escapeIdentifier, type Pool, type PoolClient } from 'pg';
import type { BaseLogger } from 'pino';
import { underscored, type Version } from '../../config/version';

const channel = (version: Version): string => `modelapp_${underscored(version)}`;

/** Tells every process of the version, when the transaction commits, that models or jobs have changed. */
export async function announceChange(client: ClientBase, version: Version): Promise<void> {
  await client.query(`select pg_notify($1, '')`, [channel(version)]);
}

export interface ChangeFollowerOptions {
  /** One of its connections is kept for listening. */
  readonly pool: Pool;
  readonly version: Version;
  readonly logger: Pick<BaseLogger, 'info' | 'warn'>;
  /** Asks the database what is to be done and does it; one call at a time. */
  readonly look: () => Promise<void>;
  /**
   * How often to look without being told, in milliseconds: a lost announcement costs no more than this.
   * @default 1000
   */
  readonly pollMs?: number | undefined;
}

const firstRetryMs = 100;
const longestRetryMs = 5_000;

/** Looks whenever a change is announced, and every second as a net below that. */
export class ChangeFollower {
  #listening: PoolClient | undefined;
  #poll: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = firstRetryMs;
  #stopped = false;
  #failing = false;
  #looking: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | undefined;

  constructor(private readonly options: ChangeFollowerOptions) {}

  /** Resolves after the first look, whatever came of it; failures are logged and made up for later. */
  async start(): Promise<void> {
    this.#poll = setInterval(() => void this.look(), this.options.pollMs ?? 1_000);
    await this.#listen();
    await this.look();
  }

  /** Resolves when the last look is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#retry);
    this.#listening?.release(true);
    this.#listening = undefined;
    await this.#looking;
  }

  /** Looks once more, after the look that goes on now: that one may have missed what the caller knows of. */
  look(): Promise<void> {
    this.#nextLook ??= this.#looking.then(() => {
      this.#nextLook = undefined;
      this.#looking = this.#stopped ? Promise.resolve() : this.#tryToLook();
      return this.#looking;
    });
    return this.#nextLook;
  }

  async #tryToLook(): Promise<void> {
    const { logger, look } = this.options;
    try {
      await look();
      if (this.#failing) logger.info('the database answers again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) logger.warn(`cannot look for changes of models and jobs: ${(error as Error).message}`);
      this.#failing = true;
    }
  }

  async #listen(): Promise<void> {
    let client: PoolClient | undefined;
    try {
      client = await this.options.pool.connect();
      const lost = () => this.#lost(client);
      client.on('error', lost).on('end', lost);
      client.on('notification', () => void this.look());
      await client.query(`listen ${escapeIdentifier(channel(this.options.version))}`);
    } catch {
      // The look that follows at the next poll tells why.
      client?.release(true);
      this.#listenLater();
      return;
    }
    if (this.#stopped) {
      client.release(true);
      return;
    }
    this.#listening = client;
    this.#retryMs = firstRetryMs;
    void this.look();
  }

  #lost(client: PoolClient | undefined): void {
    if (!client || client !== this.#listening) return;
    this.#listening = undefined;
    client.release(true);
    this.options.logger.warn('the connection that tells of changes was lost; polling until it is back');
    this.#listenLater();
  }

  #listenLater(): void {
    if (this.#stopped) return;
    this.#retry = setTimeout(() => void this.#listen(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs);
  }
}
