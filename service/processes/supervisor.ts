import cluster, { type Worker } from 'node:cluster';
import type { FastifyBaseLogger } from 'fastify';
import { closeUntakenConnections } from './handed-connections';
import type { FromWorker, ListenAddress, Question, Questions, ServiceSettings, ToWorker } from './messages';

/** Answers what the request processes ask. */
export type Answers = { readonly [Q in Question]: (ask: Questions[Q]['ask']) => Promise<Questions[Q]['answer']> };

export interface SupervisorOptions {
  readonly settings: ServiceSettings;
  readonly answers: Answers;
  /** A request process gave a claim back. */
  readonly onRelease: (claim: { id: string; requestTimeMicros: number }) => void;
  /** Somebody has asked a request process that the instance shut down. */
  readonly onStop: () => void;
  /** A request process died; what it left in its spool can be taken over. */
  readonly onDeath: (pid: number) => void;
  /** The script and arguments that make a request process. */
  readonly program: { readonly script: string; readonly args: readonly string[] };
  readonly logger: FastifyBaseLogger;
}

/**
 * What a request leaves is garbage at its end. V8 would let two halves of 16 MiB fill up with it, which takes memory and
 * not less time.
 */
const youngGeneration = '--max-semi-space-size=8';

/** Shortest time between two starts of a request process that keeps dying, in milliseconds. */
const restartDelayMs = 500;

/** Starts the request processes of an instance, restarts those that die, and stops them in order. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #ready = new Set<Worker>();
  #stopping = false;
  #startup: { resolve(): void; reject(error: Error): void } | undefined;
  #address: ListenAddress = { host: '', port: 0 };
  #events: ListenAddress | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { script, args } = options.program;
    cluster.setupPrimary({ exec: script, args: [...args], execArgv: [...process.execArgv, youngGeneration] });
  }

  /** Where the instance listens; the port is the real one if 0 was asked for. */
  get address(): ListenAddress {
    return this.#address;
  }

  /** Where its event server listens, if it has one. */
  get events(): ListenAddress | undefined {
    return this.#events;
  }

  /**
   * Resolves when every process is ready for requests.
   * @throws {Error} with one line, if a process cannot start
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#startup = { resolve, reject };
      for (let i = 0; i < this.#options.settings.processes; i += 1) this.#fork();
    });
  }

  /**
   * Lets every process finish what it has begun.
   * @param drainMs how long to serve on after having become unready
   */
  async stop(drainMs: number): Promise<void> {
    this.#stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const { closeMs } = this.#options.settings.config.http;
    await Promise.all(workers.map((worker) => stopWorker(worker, drainMs, drainMs + closeMs + 3_000)));
  }

  #fork(): void {
    const worker = cluster.fork();
    closeUntakenConnections(worker);
    const startedAt = Date.now();
    worker.on('message', (message: FromWorker) => void this.#receive(worker, message));
    worker.on('exit', (code, signal) => this.#exited(worker, startedAt, code, signal));
    worker.on('error', (error) => this.#options.logger.error({ err: error }, 'a request process cannot be reached'));
    tell(worker, { kind: 'settings', settings: this.#options.settings });
  }

  #exited(worker: Worker, startedAt: number, code: number | null, signal: string | null): void {
    this.#ready.delete(worker);
    const { pid = 0 } = worker.process;
    if (this.#stopping) return;
    this.#options.onDeath(pid);
    if (this.#startup) {
      this.#startup.reject(new Error(`a request process ended at its start (${signal ?? `exit code ${code}`})`));
      return;
    }
    this.#options.logger.error({ pid, code, signal }, 'a request process died; starting another');
    const pause = Math.max(0, restartDelayMs - (Date.now() - startedAt));
    setTimeout(() => !this.#stopping && this.#fork(), pause);
  }

  async #receive(worker: Worker, message: FromWorker): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.#ready.add(worker);
        this.#address = message.address;
        this.#events = message.events;
        if (this.#ready.size < this.#options.settings.processes) return;
        this.#startup?.resolve();
        this.#startup = undefined;
        return;
      case 'failed':
        this.#startup?.reject(new Error(message.reason));
        return;
      case 'release':
        this.#options.onRelease(message.claim);
        return;
      case 'stop':
        this.#options.onStop();
        return;
      case 'ask':
        await this.#answer(worker, message);
    }
  }

  async #answer(worker: Worker, { question, call, ask }: Extract<FromWorker, { kind: 'ask' }>): Promise<void> {
    try {
      const answer = await (this.#options.answers[question] as (ask: unknown) => Promise<unknown>)(ask);
      tell(worker, { kind: 'answer', call, answer });
    } catch (error) {
      tell(worker, { kind: 'refused', call, reason: (error as Error).message });
    }
  }
}

/** A process that has just died hears nothing, and its 'exit' event says so. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

function stopWorker(worker: Worker, drainMs: number, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isDead()) return resolve();
    const limit = setTimeout(() => worker.process.kill('SIGKILL'), limitMs);
    worker.once('exit', () => {
      clearTimeout(limit);
      resolve();
    });
    tell(worker, { kind: 'drain', drainMs });
  });
}
