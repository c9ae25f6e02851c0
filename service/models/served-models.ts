import type { Pool } from 'pg';
import type { BaseLogger } from 'pino';
import type { Config, ModelConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import type { Model } from '../../learning/model';
import { OnlineModel } from '../../learning/recommender/online-model';
import { doublesIn, OnlineWeights } from '../observations/online-weights';
import { builtInRevision } from './built-in-revision';
import { ChangeFollower } from './changes';
import { ProcessHeartbeat } from './custom/process-heartbeat';
import { loadRevision, type ServedRevision } from './load-revision';
import { Registry } from './registry';
import type { Revision } from './revision';
import type { ModelStore } from './store/model-store';

export type { ServedRevision } from './load-revision';

/** A model as it serves at one moment: take it once per request, and the whole request sees one revision. */
export class ServedModel {
  constructor(
    readonly name: string,
    readonly config: ModelConfig,
    /** What answers; undefined until a revision could be loaded. */
    readonly active?: ServedRevision,
    /** When `active` was loaded, by the database's clock. */
    readonly updatedAt?: Date,
    /** All that is in memory, `active` among it. */
    readonly inMemory: readonly ServedRevision[] = [],
  ) {}

  /** The revision if it is in memory, as the active one and the one active before it are. */
  loaded(revision: number): ServedRevision | undefined {
    return this.inMemory.find((served) => served.revision === revision);
  }
}

export interface ServedModelsOptions {
  readonly pool: Pool;
  readonly version: Version;
  readonly store: ModelStore;
  readonly models: Config['models'];
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  readonly logger: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  /** How often to look for changes without being told, in milliseconds. @default 1000 */
  readonly pollMs?: number | undefined;
}

/** A load that failed, which was logged, and when to try again, in milliseconds of `performance.now()`. */
interface FailedLoad {
  readonly tryAgainAt: number;
  readonly waitMs: number;
}

const longestWaitMs = 60_000;

/** Holds the models that this process serves, and follows every activation in the database. */
export class ServedModels {
  readonly #registry: Registry;
  readonly #follower: ChangeFollower;
  readonly #heartbeat: ProcessHeartbeat;
  readonly #served = new Map<string, ServedModel>();
  /** By the key of the revision's file. */
  readonly #failed = new Map<string, FailedLoad>();
  /** What keeps the users of the revisions in memory up to date. */
  readonly #onlineWeights = new WeakMap<ServedRevision, OnlineWeights>();
  #lookedAt: Date | undefined;

  constructor(private readonly options: ServedModelsOptions) {
    const { pool, version, store, models, logger, pollMs } = options;
    this.#registry = new Registry(pool, version, store, options);
    this.#heartbeat = new ProcessHeartbeat(pool, version, () => this.#lookedAt);
    this.#follower = new ChangeFollower({ pool, version, logger, pollMs, look: () => this.#look() });
    for (const [name, config] of Object.entries(models)) {
      this.#served.set(name, new ServedModel(name, config));
    }
  }

  /** Whether every configured model answers. */
  get ready(): boolean {
    return [...this.#served.values()].every(({ active }) => active !== undefined);
  }

  /** All configured models, in the order of the configuration. */
  all(): readonly ServedModel[] {
    return [...this.#served.values()];
  }

  /** The model as it serves now; undefined if none of that name is configured. */
  get(name: string): ServedModel | undefined {
    return this.#served.get(name);
  }

  /** When the revision that answers was loaded. */
  updatedAt(name: string): Date | undefined {
    return this.#served.get(name)?.updatedAt;
  }

  /**
   * Loads what is active and follows changes from now on. Resolves after the first look, whatever came of it: what
   * could not be loaded, for example because the database is away, is tried again in the background.
   */
  async start(): Promise<void> {
    await this.#follower.start();
    this.#heartbeat.start();
  }

  /** What is loaded stays usable; it only follows no more changes. */
  async stop(): Promise<void> {
    await this.#follower.stop();
    await this.#heartbeat.stop();
    for (const { inMemory } of this.all()) for (const { model } of inMemory) model.close?.();
  }

  /** Looks now: what was committed before the call serves when it resolves, or has been logged as not loadable. */
  async refresh(): Promise<void> {
    this.#failed.clear();
    await this.#follower.look();
  }

  async #look(): Promise<void> {
    const { at, models } = await this.#registry.current([...this.#served.keys()]);
    const names = [...this.#served.keys()];
    await Promise.all(
      names.map(async (name) => {
        const current = models.get(name);
        if (current) await this.#follow(name, current.active, current.previous, at);
        else this.#serveBuiltIn(name, at);
      }),
    );
    for (const { inMemory } of this.#served.values()) {
      for (const served of inMemory) await this.#onlineWeights.get(served)?.refresh();
    }
    this.#lookedAt = at;
  }

  /** As long as nothing is trained; a model that serves never goes back to this. */
  #serveBuiltIn(name: string, at: Date): void {
    const { config, active } = this.#served.get(name) as ServedModel;
    const builtIn = active ? undefined : builtInRevision(name, config, at);
    if (builtIn) this.#served.set(name, new ServedModel(name, config, builtIn, at, [builtIn]));
  }

  /** Exchanges the model as a whole, or not at all: if its active revision cannot be loaded, the old one serves on. */
  async #follow(name: string, active: Revision, previous: Revision | undefined, at: Date): Promise<void> {
    const now = this.#served.get(name) as ServedModel;
    const wanted = previous ? [active, previous] : [active];
    const loaded = await Promise.all(wanted.map((revision) => this.#load(now, revision)));
    const serving = loaded[0] ?? now.active;
    // What was learnt while another revision served counts from its first prediction on.
    if (serving && serving !== now.active) await this.#onlineWeights.get(serving)?.refresh();
    const inMemory = new Set([serving, ...loaded].filter((revision) => revision !== undefined));
    const isNew = serving !== now.active;
    this.#served.set(name, new ServedModel(name, now.config, serving, isNew ? at : now.updatedAt, [...inMemory]));
    if (isNew || [...inMemory].some((revision) => !now.inMemory.includes(revision))) {
      for (const { model } of [...now.inMemory, ...inMemory]) if (model !== serving?.model) model.close?.();
    }
    if (isNew) this.options.logger.info(`revision ${serving?.revision} of '${name}' serves`);
  }

  async #load(now: ServedModel, revision: Revision): Promise<ServedRevision | undefined> {
    const inMemory = now.loaded(revision.revision);
    if (inMemory) return inMemory;
    const failed = this.#failed.get(revision.location);
    if (failed && performance.now() < failed.tryAgainAt) return undefined;
    try {
      const trained = await loadRevision(this.options.store, revision, now.config, this.options.directory);
      const loaded = await this.#withOnlineWeights(now.name, trained);
      this.#failed.delete(revision.location);
      return loaded;
    } catch (error) {
      const waitMs = Math.min(2 * (failed?.waitMs ?? 500), longestWaitMs);
      this.#failed.set(revision.location, { tryAgainAt: performance.now() + waitMs, waitMs });
      if (!failed) this.options.logger.error(`'${now.name}' stays as it is: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** What was learnt online is part of a revision from its first prediction on. */
  async #withOnlineWeights(name: string, trained: ServedRevision): Promise<ServedRevision> {
    const learning = learningModel(trained.model);
    if (!learning) return trained;
    const { pool, version } = this.options;
    const weights = new OnlineWeights(pool, version, name, trained.revision, learning.learn);
    await weights.refresh();
    const served = { ...trained, model: learning.model };
    this.#onlineWeights.set(served, weights);
    return served;
  }
}

/** A model that takes in what its users learn; undefined if it has no users. */
function learningModel(
  trained: Model,
): { readonly model: Model; readonly learn: (user: string, learnt: Buffer) => void } | undefined {
  switch (trained.kind) {
    case 'tabular':
      return undefined;
    case 'ranking':
      return { model: trained, learn: (user, learnt) => trained.learn(user, learnt) };
    case 'user-item': {
      const model = new OnlineModel(trained);
      return { model, learn: (user, learnt) => model.learn(user, doublesIn(learnt)) };
    }
  }
}
