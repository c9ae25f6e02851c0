import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { AggregatorRegistry, Registry as MetricsRegistry } from 'prom-client';
import { feedbackApp } from '../../config/pio';
import { CronSchedule } from '../jobs/cron-schedule';
import { JobRunner } from '../jobs/job-runner';
import { RetrainSchedule } from '../jobs/retrain-schedule';
import { Registry } from '../models/registry';
import { openModelStore } from '../models/store/open-model-store';
import { OnlineUpdater } from '../observations/learning/online-updater';
import { DuplicateHistory } from '../predictions/duplicate-history';
import { DuplicateIndex } from '../predictions/duplicate-index';
import { Shipper } from '../predictions/shipper';
import type { Claim, ListenAddress, ServiceSettings } from './messages';
import { Supervisor } from './supervisor';

export interface InstanceOptions {
  readonly settings: ServiceSettings;
  readonly pool: Pool;
  readonly logger: Logger;
  /** The script and arguments that make a request process. */
  readonly workerProgram: { readonly script: string; readonly args: readonly string[] };
  /** Starts the process that does a training. */
  readonly spawnTraining: (jobId: string) => ChildProcess;
  /** A client with the right to do so has asked that the instance shut down. */
  readonly onStop: () => void;
}

/** How long the last answers may take on their way into the tables when an instance stops, in milliseconds. */
const lastShippingMs = 3_000;
/** How long a look at the tables waits for the newest answers to arrive there, in milliseconds. */
const shippingPatienceMs = 3_000;

/**
 * One machine's share of a version: its request processes, and beside them what these must not do themselves: shipping
 * the spools, running trainings, letting users learn, adding up metrics, and knowing which requests are repeated.
 */
export class Instance {
  readonly #supervisor: Supervisor;
  readonly #shipper: Shipper;
  readonly #jobs: JobRunner;
  readonly #updater: OnlineUpdater;
  /** Of several processes; a single one keeps its own. */
  readonly #duplicates: DuplicateIndex | undefined;
  readonly #history: DuplicateHistory | undefined;
  readonly #metrics = new MetricsRegistry();
  readonly #processes = new AggregatorRegistry();

  constructor({ settings, pool, logger, workerProgram, spawnTraining, onStop }: InstanceOptions) {
    const { config, version, dataDirectory, processes } = settings;
    this.#shipper = new Shipper({
      pool,
      version,
      dataDirectory,
      logger,
      metrics: this.#metrics,
      feedbackApp: feedbackApp(config.pio),
    });
    const { models } = config;
    const store = openModelStore(settings.modelLocation);
    const { directory } = settings;
    const registry = new Registry(pool, version, store, { models, directory });
    this.#jobs = new JobRunner({
      pool,
      version,
      leaseMs: config.revisions.leaseMs,
      schedules: [
        new RetrainSchedule({ pool, version, models }),
        new CronSchedule({ pool, version, models, registry, logger }),
      ],
      spawnTraining,
      logger,
    });
    this.#updater = new OnlineUpdater({
      pool,
      version,
      store,
      models,
      directory,
      logger,
      metrics: this.#metrics,
    });
    if (processes > 1) {
      this.#duplicates = new DuplicateIndex(config.log.duplicateKeys);
      this.#history = new DuplicateHistory({ index: this.#duplicates, pool, version, dataDirectory, logger });
    }
    this.#supervisor = new Supervisor({
      settings,
      logger,
      program: workerProgram,
      answers: {
        claim: async (claims) => claims.map((claim) => this.#claim(claim)),
        ship: async () => {
          // A database that hangs must not hold up who only wants to look something up.
          await Promise.race([this.#shipper.shipNow(), sleep(shippingPatienceMs, undefined, { ref: false })]);
          return null;
        },
        metrics: async () => `${await this.#processes.clusterMetrics()}\n${await this.#metrics.metrics()}`,
      },
      onRelease: (claim) => this.#duplicates?.release(claim),
      onStop,
      onDeath: () => this.#shipper.wake(),
    });
  }

  /** Where the instance listens. */
  get address(): ListenAddress {
    return this.#supervisor.address;
  }

  /** Where its event server listens, if it has one. */
  get events(): ListenAddress | undefined {
    return this.#supervisor.events;
  }

  /**
   * Resolves when every request process is ready.
   * @throws {Error} with one line, if one cannot start
   */
  async start(): Promise<void> {
    await this.#history?.start();
    this.#shipper.start();
    await this.#jobs.start();
    this.#updater.start();
    await this.#supervisor.start();
  }

  /**
   * Ends the request processes in order, then ships what they left.
   * @param drainMs how long to serve on after having become unready
   */
  async stop(drainMs: number): Promise<void> {
    await Promise.all([this.#supervisor.stop(drainMs), this.#jobs.stop(), this.#updater.stop()]);
    this.#history?.stop();
    await this.#shipper.stop(lastShippingMs);
  }

  #claim(claim: Claim): string | null {
    return this.#duplicates?.claim(claim, claim.predictionId) ?? null;
  }
}
