import type { Pool } from 'pg';
import type { BaseLogger } from 'pino';
import type { UserItemConfig } from '../../../config/schema';
import type { Version } from '../../../config/version';
import { transaction } from '../../database/transaction';
import { acquireLease, endLease, HeldLease, type Lease } from '../../jobs/lease';
import { loadRevision } from '../../models/load-revision';
import { Registry } from '../../models/registry';
import type { ModelStore } from '../../models/store/model-store';
import { modelTables } from '../../models/tables';
import { type Learning, learningOf, learnNews } from './learning';
import type { InTransaction } from './solve-users';

export interface ModelUpdaterOptions {
  readonly pool: Pool;
  readonly version: Version;
  readonly store: ModelStore;
  readonly name: string;
  readonly config: UserItemConfig;
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  readonly logger: Pick<BaseLogger, 'info' | 'warn'>;
  readonly leaseMs: number;
  /** Hears of each user whose state the model's own code could not make. */
  readonly onFailure: () => void;
}

/** Updates the weights of one model's users again and again, while it has the lease and updates are enabled. */
export class ModelUpdater {
  readonly #registry: Registry;
  #held: { readonly lease: Lease; readonly renewal: HeldLease } | undefined;
  /** The active revision, and its users. */
  #learning: Learning | undefined;
  #timer: NodeJS.Timeout | undefined;
  #updating: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  #failing = false;

  constructor(private readonly options: ModelUpdaterOptions) {
    const { pool, version, store, name, config, directory } = options;
    this.#registry = new Registry(pool, version, store, { models: { [name]: config }, directory });
  }

  start(): void {
    const startedAt = performance.now();
    this.#updating = this.#tryToUpdate().then(() => {
      if (this.#stopping.signal.aborted) return;
      const tookMs = performance.now() - startedAt;
      // What is observed from the start of this round on waits for the end of the next, which may take as long.
      const pauseMs = this.options.config.onlineUpdateDelayInMillis - 2 * tookMs;
      this.#timer = setTimeout(() => this.start(), Math.max(0, pauseMs));
    });
  }

  /** Resolves when the update that goes on is over and the lease is free. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#updating;
    this.#learning?.revision.model.close?.();
    if (!this.#held) return;
    const { lease, renewal } = this.#held;
    renewal.release();
    // If the database is away, the lease runs out by itself.
    await endLease(this.options.pool, this.options.version, lease, 'onlineUpdates').catch(() => {});
  }

  async #tryToUpdate(): Promise<void> {
    const { name, logger } = this.options;
    try {
      await this.#update();
      if (this.#failing) logger.info(`the users of '${name}' learn again`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) logger.warn(`the users of '${name}' do not learn: ${(error as Error).message}`);
      this.#failing = true;
    }
  }

  async #update(): Promise<void> {
    const lease = await this.#lease();
    if (!lease) return;
    const learning = await this.#activeRevision();
    if (!learning) return;
    await this.#round(learning, this.#whileAllowed(lease)).catch((error) => {
      if (!(error instanceof UpdatesEndedError)) throw error;
    });
  }

  #round(learning: Learning, inTransaction: InTransaction): Promise<number> {
    const failed: { readonly user: string; readonly message: string }[] = [];
    return learnNews(inTransaction, learning, {
      signal: this.#stopping.signal,
      onFailure: (user, { message }) => {
        failed.push({ user, message });
        this.options.onFailure();
      },
    }).finally(() => this.#tell(failed));
  }

  #tell(failed: readonly { readonly user: string; readonly message: string }[]): void {
    const [first, ...others] = failed;
    if (!first) return;
    const all = others.length === 0 ? '' : ` (and ${others.length} more in this round)`;
    this.options.logger.warn(
      `user '${first.user}' of '${this.options.name}' stays as learnt before: ${first.message}${all}`,
    );
  }

  async #lease(): Promise<Lease | undefined> {
    const { pool, version, name, leaseMs } = this.options;
    if (this.#held && !this.#held.renewal.signal.aborted) return this.#held.lease;
    this.#held?.renewal.release();
    this.#held = undefined;
    const lease = await acquireLease(pool, version, name, leaseMs, 'onlineUpdates');
    if (!lease) return undefined;
    this.#held = { lease, renewal: new HeldLease(pool, version, lease, leaseMs, 'onlineUpdates') };
    return lease;
  }

  async #activeRevision(): Promise<Learning | undefined> {
    const { version, store, name, config, directory } = this.options;
    const { models } = await this.#registry.current([name]);
    const active = models.get(name)?.active;
    if (!active || active.revision === this.#learning?.revision.revision) return active && this.#learning;
    const loaded = await loadRevision(store, active, config, directory);
    this.#learning?.revision.model.close?.();
    // A process of its own is started again when somebody has learnt.
    loaded.model.close?.();
    this.#learning = learningOf(version, name, config, loaded);
    return this.#learning;
  }

  /** Transactions during which neither the lease passes to another nor updates are disabled. */
  #whileAllowed({ model, fencing }: Lease): InTransaction {
    const { pool, version } = this.options;
    return (work) =>
      transaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `select from ${modelTables(version).onlineUpdates} where model = $1 and fencing = $2 and enabled for update`,
          [model, fencing],
        );
        if (rowCount === 0) throw new UpdatesEndedError();
        return work(client);
      });
  }
}

/** The lease has passed to another, or updates are disabled. */
class UpdatesEndedError extends Error {
  override readonly name = 'UpdatesEndedError';
}
