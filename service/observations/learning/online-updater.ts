import type { Pool } from 'pg';
import type { BaseLogger } from 'pino';
import { Registry as MetricsRegistry } from 'prom-client';
import { isUserItem } from '../../../config/models/model';
import type { Config, UserItemConfig } from '../../../config/schema';
import type { Version } from '../../../config/version';
import type { ModelStore } from '../../models/store/model-store';
import { ModelUpdater } from './model-updater';
import { updateFailures } from './update-failures';

export interface OnlineUpdaterOptions {
  readonly pool: Pool;
  readonly version: Version;
  readonly store: ModelStore;
  readonly models: Config['models'];
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  readonly logger: Pick<BaseLogger, 'info' | 'warn'>;
  /**
   * Where `modelapp_online_update_failures_total` goes.
   * @default nowhere
   */
  readonly metrics?: MetricsRegistry;
  /**
   * How long who updates a model may be silent before another takes over, in milliseconds.
   * @default 5000
   */
  readonly leaseMs?: number;
}

/** Lets what was observed reach the weights of users. Of all instances one does it for a model, as long as it lives. */
export class OnlineUpdater {
  readonly #updaters: readonly ModelUpdater[];

  constructor({ models, leaseMs = 5_000, metrics = new MetricsRegistry(), ...options }: OnlineUpdaterOptions) {
    const failures = updateFailures(metrics);
    this.#updaters = Object.entries(models)
      .filter((entry): entry is [string, UserItemConfig] => isUserItem(entry[1]))
      .map(
        ([name, config]) =>
          new ModelUpdater({ ...options, name, config, leaseMs, onFailure: () => failures.inc({ model: name }) }),
      );
  }

  start(): void {
    for (const updater of this.#updaters) updater.start();
  }

  /** Resolves when the last updates are over and another instance can go on. */
  async stop(): Promise<void> {
    await Promise.all(this.#updaters.map((updater) => updater.stop()));
  }
}
