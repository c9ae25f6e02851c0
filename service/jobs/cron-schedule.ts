import type { ClientBase, Pool } from 'pg';
import type { BaseLogger } from 'pino';
import { nextOccurrence } from '../../config/cron';
import { learnsFromObservations } from '../../config/models/data-source';
import type { Config, ModelConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import type { Registry } from '../models/registry';
import { modelTables } from '../models/tables';
import { observationTables } from '../observations/tables';
import { JobQueue } from './job-queue';
import type { Schedule } from './schedule';

export interface CronScheduleOptions {
  readonly pool: Pool;
  readonly version: Version;
  readonly models: Config['models'];
  readonly registry: Pick<Registry, 'activateNewest'>;
  readonly logger: Pick<BaseLogger, 'info' | 'error'>;
}

interface Entry {
  readonly model: string;
  readonly config: ModelConfig;
  readonly action: 'retrain' | 'reload';
  readonly expression: string;
}

/** Whether an occurrence is still to be taken; takes it as part of a transaction. */
type Take = (client: ClientBase) => Promise<boolean>;

/**
 * Retrains models, and reloads them as PredictionIO's `/reload` does, when their cron expressions say so. However many
 * occurrences passed while no instance ran, they count as one.
 */
export class CronSchedule implements Schedule {
  readonly #queue: JobQueue;
  readonly #entries: readonly Entry[];
  readonly #failing = new Set<Entry>();
  #known = false;

  constructor(private readonly options: CronScheduleOptions) {
    this.#queue = new JobQueue(options.pool, options.version);
    this.#entries = Object.entries(options.models).flatMap(([model, config]) => [
      ...entry(model, config, 'retrain', config.batchRetrainSchedule),
      ...entry(model, config, 'reload', config.reload),
    ]);
  }

  async fireDue(): Promise<void> {
    if (this.#entries.length === 0) return;
    if (!this.#known) await this.#makeKnown();
    this.#known = true;
    const { pool, version } = this.options;
    const { rows } = await pool.query<{ model: string; action: string; fired_at: Date; now: Date }>(
      `select model, action, fired_at, clock_timestamp() as now from ${modelTables(version).schedules}`,
    );
    for (const entry of this.#entries) {
      const row = rows.find(({ model, action }) => model === entry.model && action === entry.action);
      const due = row && nextOccurrence(entry.expression, row.fired_at);
      if (due && due <= row.now) await this.#tryToFire(entry, due);
    }
  }

  /** From then on occurrences count, also those that pass while no instance runs. */
  async #makeKnown(): Promise<void> {
    const { pool, version } = this.options;
    await pool.query(
      `insert into ${modelTables(version).schedules} as known (model, action, expression)
       select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict (model, action) do update set expression = excluded.expression, fired_at = excluded.fired_at
         where known.expression <> excluded.expression`,
      [
        this.#entries.map(({ model }) => model),
        this.#entries.map(({ action }) => action),
        this.#entries.map(({ expression }) => expression),
      ],
    );
  }

  /** What fails is tried again at the next look, and keeps nothing else from being done. */
  async #tryToFire(entry: Entry, due: Date): Promise<void> {
    const { model, action } = entry;
    try {
      await this.#fire(entry, this.#taking(entry, due));
      this.#failing.delete(entry);
    } catch (error) {
      if (!this.#failing.has(entry)) {
        this.options.logger.error(`the scheduled ${action} of '${model}' failed: ${(error as Error).message}`);
      }
      this.#failing.add(entry);
    }
  }

  async #fire({ model, config, action }: Entry, take: Take): Promise<void> {
    const { registry, logger } = this.options;
    if (action === 'retrain') {
      const wanted = learnsFromObservations(config) ? this.#ifObserved(model, take) : take;
      await this.#queue.enqueueUnlessTrained('retrain', { name: model, config }, {}, wanted);
      return;
    }
    const revision = await registry.activateNewest(model, take);
    if (revision !== undefined) logger.info(`the schedule of '${model}' lets revision ${revision} serve`);
  }

  #taking({ model, action }: Entry, due: Date): Take {
    return async (client) => {
      const { rowCount } = await client.query(
        `update ${modelTables(this.options.version).schedules} set fired_at = clock_timestamp()
         where model = $1 and action = $2 and fired_at < $3`,
        [model, action, due],
      );
      return rowCount === 1;
    };
  }

  /** An occurrence before anything was observed passes. */
  #ifObserved(model: string, take: Take): Take {
    return async (client) => {
      const { rowCount } = await client.query(
        `select from ${observationTables(this.options.version).observations} where model = $1 limit 1`,
        [model],
      );
      return (await take(client)) && rowCount === 1;
    };
  }
}

const entry = (
  model: string,
  config: ModelConfig,
  action: Entry['action'],
  expression: string | undefined,
): readonly Entry[] => (expression === undefined ? [] : [{ model, config, action, expression }]);
