import type { Pool } from 'pg';
import { learnsFromObservations } from '../../config/models/data-source';
import type { Config, ModelConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import { modelTables } from '../models/tables';
import { observationTables } from '../observations/tables';
import { JobQueue } from './job-queue';
import type { Schedule } from './schedule';

export interface RetrainScheduleOptions {
  readonly pool: Pool;
  readonly version: Version;
  readonly models: Config['models'];
}

/** A model that is retrained by the clock. */
interface Scheduled {
  readonly name: string;
  readonly config: ModelConfig;
  readonly delayMs: number;
}

/**
 * Queues retraining for the models whose configuration asks for it: so long after the last one, else after the model was
 * trained, else after the start. The jobs are the memory, so that of all instances one does it each time.
 */
export class RetrainSchedule implements Schedule {
  readonly #queue: JobQueue;
  readonly #scheduled: readonly Scheduled[];
  /** By the database's clock. */
  #startedAt: Date | undefined;

  constructor(private readonly options: RetrainScheduleOptions) {
    this.#queue = new JobQueue(options.pool, options.version);
    this.#scheduled = Object.entries(options.models).flatMap(([name, config]) => {
      const delayMs = config.batchRetrainDelayInMillis;
      return delayMs === undefined ? [] : [{ name, config, delayMs }];
    });
  }

  /** Queues what is due now. */
  async fireDue(): Promise<void> {
    for (const model of this.#scheduled) await this.#queueIfDue(model);
  }

  async #queueIfDue({ name, config, delayMs }: Scheduled): Promise<void> {
    const { pool, version } = this.options;
    const { jobs, revisions } = modelTables(version);
    const { rows } = await pool.query<{ now: Date; last: Date | null; observed: boolean }>(
      `select clock_timestamp() as now,
         coalesce((select max(created_at) from ${jobs} where model = $1 and kind = 'retrain'),
                  (select max(created_at) from ${revisions} where model = $1)) as last,
         exists (select from ${observationTables(version).observations} where model = $1) as observed`,
      [name],
    );
    const [{ now, last, observed }] = rows as [{ now: Date; last: Date | null; observed: boolean }];
    this.#startedAt ??= now;
    const dueAt = new Date((last ?? this.#startedAt).getTime() + delayMs);
    if (now < dueAt || (learnsFromObservations(config) && !observed)) return;
    await this.#queue.enqueueUnlessTrained('retrain', { name, config }, {}, async (client) => {
      const { rowCount } = await client.query(
        `select from ${jobs} where model = $1 and kind = 'retrain' and created_at >= $2 limit 1`,
        [name, dueAt],
      );
      return rowCount === 0;
    });
  }
}
