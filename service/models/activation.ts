import type { ClientBase, Pool } from 'pg';
import { isUserItem } from '../../config/models/model';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import { transaction } from '../database/transaction';
import { type Learning, learnAll, learningOf } from '../observations/learning/learning';
import type { InTransaction } from '../observations/learning/solve-users';
import type { StateUpdateOptions } from '../observations/learning/update-states';
import { UnusableRevisionError } from './errors';
import { loadRevision } from './load-revision';
import { changeModel, type ModelRow } from './model-change';
import { asRevision, type Revision, type RevisionRow, revisionColumns } from './revision';
import type { ModelStore } from './store/model-store';
import { type ModelTables, modelTables } from './tables';

/** How users of models learn. */
export interface Learners {
  readonly models: Config['models'];
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  /** Hears of a user whose state the code of a model could not make. @default nobody */
  readonly onFailure?: StateUpdateOptions['onFailure'];
}

export interface ActivationOptions extends Learners {
  readonly pool: Pool;
  readonly version: Version;
  readonly store: ModelStore;
}

/** The revision that is to serve, as it is found when that is decided. */
export interface Choice {
  readonly model: string;
  /** A condition on the row of the revision; $1 is the name of the model. */
  readonly where: string;
  /** $2 and so on. */
  readonly values?: readonly unknown[];
  /** Whether it is to serve after all; a part of the transaction. @default it is */
  readonly isWanted?: ((client: ClientBase) => Promise<boolean>) | undefined;
}

/** Users in a row whom the code of a model may fail before a revision serves without waiting for the others. */
const mostFailures = 20;

/** A part of the transaction that lets a revision serve. */
type Change = (client: ClientBase, chosen: Revision, before: ModelRow) => Promise<void>;

/**
 * Lets revisions serve. By then its users know all that was observed of them: items have other features in each revision,
 * so users are solved anew.
 */
export class Activation {
  readonly #tables: ModelTables;

  constructor(private readonly options: ActivationOptions) {
    this.#tables = modelTables(options.version);
  }

  /**
   * Activates a revision. Its users are solved before the transaction begins that changes the model, as they may be many,
   * and those of whom something was observed since are solved in it.
   * @returns what serves now; undefined if no revision is chosen, and all stays as it is
   */
  async activate(choice: Choice, change: Change = (client, chosen) => this.#setActive(client, chosen)) {
    const { pool, version } = this.options;
    const early = await this.#find(pool, choice);
    const learning = early && (await this.#learning(early));
    try {
      await this.#learnAll((work) => transaction(pool, work), learning);
      return await changeModel(pool, version, choice.model, async (client, before) => {
        if ((await choice.isWanted?.(client)) === false) return undefined;
        const chosen = before && (await this.#find(client, choice));
        if (!chosen) return undefined;
        if (chosen.revision === early?.revision) await this.#learnAll((work) => work(client), learning);
        else await this.#learnOnce(client, chosen);
        await change(client, chosen, before);
        return chosen;
      });
    } finally {
      learning?.revision.model.close?.();
    }
  }

  /** Activates a revision in the transaction that publishes it. */
  async activatePublished(client: ClientBase, revision: Revision, bytes: Uint8Array): Promise<void> {
    await this.#learnOnce(client, revision, { read: async () => bytes });
    await this.#setActive(client, revision);
  }

  async #find(client: Pick<ClientBase, 'query'>, { model, where, values = [] }: Choice): Promise<Revision | undefined> {
    const { rows } = await client.query<RevisionRow>(
      `select ${revisionColumns} from ${this.#tables.revisions} where model = $1 and ${where}`,
      [model, ...values],
    );
    return rows[0] && asRevision(rows[0]);
  }

  /** The revision as users learn under it; undefined if they do not, or if it cannot serve: then the old one serves on. */
  async #learning(
    revision: Revision,
    store: Pick<ModelStore, 'read'> = this.options.store,
  ): Promise<Learning | undefined> {
    const { version, models, directory } = this.options;
    const config = models[revision.model];
    if (!config || !isUserItem(config)) return undefined;
    try {
      return learningOf(version, revision.model, config, await loadRevision(store, revision, config, directory));
    } catch (error) {
      if (error instanceof UnusableRevisionError) return undefined;
      throw error;
    }
  }

  async #learnAll(inTransaction: InTransaction, learning: Learning | undefined): Promise<void> {
    const { onFailure = () => {} } = this.options;
    if (learning) await learnAll(inTransaction, learning, { onFailure, giveUpAfter: mostFailures });
  }

  async #learnOnce(client: ClientBase, revision: Revision, store?: Pick<ModelStore, 'read'>): Promise<void> {
    const learning = await this.#learning(revision, store);
    try {
      await this.#learnAll((work) => work(client), learning);
    } finally {
      learning?.revision.model.close?.();
    }
  }

  async #setActive(client: ClientBase, { model, revision }: Revision): Promise<void> {
    await client.query(
      `update ${this.#tables.models}
       set active = $2,
           active_before = array_remove(active_before, $2) || case when active is null then '{}' else array[active] end
       where model = $1 and active is distinct from $2`,
      [model, revision],
    );
  }
}
