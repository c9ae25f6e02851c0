import { setTimeout as delay } from 'node:timers/promises';
import type { StoreAddress } from '../../store/servers/servers';
import { StoreError, StoreExitCode } from '../../store/store-error';
import { requireScheduler } from '../heartbeat';
import type { Outcome } from '../state/job-plan';
import type { ValkeyJobState } from '../state/valkey/valkey-job-state';
import { batchKeys } from './batch-keys';
import { type BatchPlan, isBatch, readAnyPlan } from './batch-plan';
import { Seats } from './seats';
import { serveSeat } from './serve-seat';

/** Between two looks at the job, and two signs of life, in milliseconds. */
const pause = 500;

export interface BatchWorkTools {
  readonly state: ValkeyJobState;
  readonly address: StoreAddress;
  /** Is told of a cache that cannot be written. */
  warn(message: string): void;
  /** Aborts when the worker has to end in order: it gives its seats back. */
  readonly signal: AbortSignal;
}

/**
 * Works on a job of batch training until it has an outcome, or until the signal aborts.
 * @returns the outcome; undefined if the signal aborted
 * @throws {DataError} if the parts of its seat cannot be read
 * @throws {StoreError} if the servers or the scheduler stay away
 */
export async function workOnBatch(tools: BatchWorkTools): Promise<Outcome | undefined> {
  const { state, signal } = tools;
  const number = await state.newWorker();
  let run: Run | undefined;
  try {
    while (!signal.aborted) {
      const outcome = await state.readOutcome();
      if (outcome) return outcome;
      await requireScheduler(state);
      const plan = await requireBatchPlan(state);
      if (plan.run !== run?.plan.run) {
        await run?.end();
        run = new Run(tools, plan, number);
      }
      await run.lookAfterSeats();
      await Promise.race([delay(pause), run.failure]);
    }
    return undefined;
  } finally {
    await run?.end();
  }
}

async function requireBatchPlan({ job, records }: ValkeyJobState): Promise<BatchPlan> {
  const plan = await readAnyPlan(records);
  if (plan && isBatch(plan)) return plan;
  throw new StoreError(
    `the servers have lost the state of job ${job}; restart its scheduler with --resume`,
    StoreExitCode.noAccess,
  );
}

/** A seat that the worker has. */
interface Held {
  readonly ending: AbortController;
  /** Resolves when its calls are no longer answered. */
  readonly ended: Promise<void>;
}

/** What a worker does in a run of the scheduler. */
class Run {
  private readonly seats: Seats;
  private readonly held = new Map<number, Held>();
  /** Never resolves; rejects if a seat cannot be served. */
  readonly failure: Promise<never>;
  private fail: (error: unknown) => void = () => {};

  constructor(
    private readonly tools: BatchWorkTools,
    readonly plan: BatchPlan,
    private readonly number: number,
  ) {
    const { job, records } = tools.state;
    this.seats = new Seats(records, batchKeys(job, plan));
    this.failure = new Promise((_, reject) => {
      this.fail = reject;
    });
    // Whoever waits for it hears of it; the run may end before.
    this.failure.catch(() => {});
  }

  /** Keeps the seats it has, and takes another if that has nobody. */
  async lookAfterSeats(): Promise<void> {
    for (const lost of await this.seats.renew(this.number, [...this.held.keys()])) this.held.get(lost)!.ending.abort();
    const taken = await this.seats.take(this.number, this.held.size);
    if (taken?.isDeadly) await this.tools.state.publishOutcome(this.deadly(taken.seat));
    else if (taken) this.serve(taken.seat);
  }

  /** Gives its seats back. */
  async end(): Promise<void> {
    for (const { ending } of this.held.values()) ending.abort();
    for (const [seat, { ended }] of this.held) {
      await ended;
      await this.seats.leave(this.number, seat);
    }
  }

  private serve(seat: number): void {
    const { state, address, warn } = this.tools;
    const ending = new AbortController();
    const ended = serveSeat({
      job: state.job,
      address,
      plan: this.plan,
      seat,
      warn,
      answered: () => this.seats.survived(seat),
      signal: ending.signal,
    }).catch(this.fail);
    this.held.set(seat, { ending, ended });
    void ended.then(() => {
      if (this.held.get(seat)?.ending === ending && ending.signal.aborted) this.held.delete(seat);
    });
  }

  private deadly(seat: number): Outcome {
    const names = [...new Set(this.plan.shares[seat]!.map(({ file }) => file.name))].join(', ');
    return {
      status: 'failed',
      message: `${names}: three workers died of these rows; look at them, or use more workers, so that each holds less`,
      exitCode: StoreExitCode.failed,
    };
  }
}
