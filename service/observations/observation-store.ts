import type { Pool } from 'pg';
import type { Version } from '../../config/version';
import { GroupCommit } from '../database/commit/group-commit';
import { Transactions } from '../database/commit/transactions';
import { transaction } from '../database/transaction';
import { modelTables } from '../models/tables';
import { loadObservations } from './load-observations';
import { checkObservation, type Observation } from './observation';
import { readObservations } from './read-observations';
import { type ObservationTables, observationTables } from './tables';
import { writeObservations } from './write-observations';

export interface ObservationStoreOptions {
  /** Connections for writing, with pipelining. */
  readonly pool: Pool;
  /**
   * Connections for what takes long, so that nobody who stores an observation waits for one.
   * @default pool
   */
  readonly unhurried?: Pool;
  readonly version: Version;
  /**
   * How long an observation waits for the database at most, in milliseconds.
   * @default 4000
   */
  readonly waitMs?: number;
  /**
   * How many observations of a model may wait.
   * @default 10000
   */
  readonly queueLimit?: number;
}

/** What users did with items, by model; whatever it says is done is committed. */
export class ObservationStore {
  readonly #transactions: Transactions;
  readonly #unhurried: Pool;
  readonly #tables: ObservationTables;
  readonly #commits = new Map<string, GroupCommit<Observation, never>>();

  constructor(private readonly options: ObservationStoreOptions) {
    this.#unhurried = options.unhurried ?? options.pool;
    this.#transactions = new Transactions(options.pool);
    this.#tables = observationTables(options.version);
  }

  /**
   * Stores an observation in place of the older one of that user and item. Resolves after COMMIT; of two that are
   * stored at once the one committed last counts.
   * @throws {UnstorableObservationError} if the database cannot hold it
   * @throws {NothingStoredError | UnknownOutcomeError} if the database does not answer in time
   */
  async observe(model: string, user: string, item: string, score: number): Promise<void> {
    const observation = { user, item, score };
    checkObservation(observation);
    await this.#commitsOf(model).store([observation], this.options.waitMs ?? 4_000);
  }

  /**
   * Stores many observations in one transaction: all or none. Others of the same model are stored meanwhile, and wait only
   * while what has been collected goes into the table.
   * @throws {UnstorableObservationError} if the database cannot hold one of them, and what the observations throw
   */
  async observeMany(model: string, observations: Iterable<Observation> | AsyncIterable<Observation>): Promise<void> {
    const { version } = this.options;
    await transaction(this.#unhurried, (client) => loadObservations(client, version, model, observations));
  }

  /** Whether anything was observed for the model. */
  async hasAny(model: string): Promise<boolean> {
    const { rowCount } = await this.options.pool.query(
      `select from ${this.#tables.observations} where model = $1 limit 1`,
      [model],
    );
    return rowCount === 1;
  }

  /** All observations of a user. */
  async ofUser(model: string, user: string): Promise<readonly Observation[]> {
    const { rows } = await this.options.pool.query<Observation>(
      `select user_id as user, item, score from ${this.#tables.observations} where model = $1 and user_id = $2`,
      [model, user],
    );
    return rows;
  }

  /** All observations of a model that are committed when the first is asked for, by user and item. */
  all(model: string): AsyncGenerator<Observation> {
    return readObservations(this.#unhurried, this.options.version, model);
  }

  /** Lets observations reach the weights of users, those too that have waited; as it is from the start. */
  enable(model: string): Promise<void> {
    return this.#setEnabled(model, true);
  }

  /** Lets observations wait: they are stored, but no weights change. */
  disable(model: string): Promise<void> {
    return this.#setEnabled(model, false);
  }

  /** Ends the connections for writing. */
  close(): Promise<void> {
    return this.options.pool.end();
  }

  async #setEnabled(model: string, enabled: boolean): Promise<void> {
    await this.options.pool.query(
      `insert into ${modelTables(this.options.version).onlineUpdates} (model, enabled, fencing, expires_at) values ($1, $2, 0, '-infinity')
       on conflict (model) do update set enabled = excluded.enabled`,
      [model, enabled],
    );
  }

  #commitsOf(model: string): GroupCommit<Observation, never> {
    const known = this.#commits.get(model);
    if (known) return known;
    const { version, queueLimit = 10_000 } = this.options;
    const commits = new GroupCommit<Observation, never>({
      transactions: this.#transactions,
      queueLimit,
      write: async (client, observations) => {
        await writeObservations(client, version, model, observations);
        return [];
      },
    });
    this.#commits.set(model, commits);
    return commits;
  }
}
