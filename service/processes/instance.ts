import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { AggregatorRegistry, Registry as MetricsRegistry } from 'prom-client';
import { JobRunner } from '../jobs/job-runner';
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
}

/** How long the last answers may take on their way into the tables when an instance stops, in milliseconds. */
const lastShippingMs = 3_000;
/** How long a look at the tables waits for the newest answers to arrive there, in milliseconds. */
const shippingPatienceMs = 3_000;

/**
 * One machine's share of a version: its request processes, and beside them what these must not do themselves: shipping
 * the spools, running trainings, adding up metrics, and knowing which requests are repeated.
 */
export class Instance {
  readonly #supervisor: Supervisor;
  readonly #shipper: Shipper;
  readonly #jobs: JobRunner;
  /** Of several processes; a single one keeps its own. */
  readonly #duplicates: DuplicateIndex | undefined;
  readonly #history: DuplicateHistory | undefined;
  readonly #metrics = new MetricsRegistry();
  readonly #processes = new AggregatorRegistry();

  constructor({ settings, pool, logger, workerProgram, spawnTraining }: InstanceOptions) {
    const { config, version, dataDirectory, processes } = settings;
    this.#shipper = new Shipper({ pool, version, dataDirectory, logger, metrics: this.#metrics });
    this.#jobs = new JobRunner({ pool, version, leaseMs: config.revisions.leaseMs, spawnTraining, logger });
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
    await this.#supervisor.start();
  }

  /**
   * Ends the request processes in order, then ships what they left.
   * @param drainMs how long to serve on after having become unready
   */
  async stop(drainMs: number): Promise<void> {
    await Promise.all([this.#supervisor.stop(drainMs), this.#jobs.stop()]);
    this.#history?.stop();
    await this.#shipper.stop(lastShippingMs);
  }

  #claim(claim: Claim): string | null {
    return this.#duplicates?.claim(claim, claim.predictionId) ?? null;
  }
}
