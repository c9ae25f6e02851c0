import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import {
  type Factorisation,
  type FactorisationState,
  type Side,
  solveSide,
} from '../../learning/recommender/als/factorisation';
import { divideRows, operations } from '../../learning/recommender/als/row-ranges';
import type { FactorModel } from '../../learning/recommender/factor-model';
import { startThread } from '../start-thread';
import type { SolveRequest, ThreadSettings } from './solve-messages';

const program = join(__dirname, 'solve-thread.ts');

/** Below so many operations a side, threads take longer to start than to solve. */
const worthThreads = 1e7;

export interface FactoriseOptions {
  /** @default the cores; 1 solves in the thread of the caller */
  readonly threads?: number | undefined;
  /** Called after each step. */
  readonly onStep?: ((done: number, of: number) => void) | undefined;
  /** Ends the work with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Does all steps of a factorisation. The model is the same, however many threads there are. */
export async function factoriseInThreads(
  { state, steps, toModel }: Factorisation,
  { threads = availableParallelism(), onStep, signal }: FactoriseOptions = {},
): Promise<FactorModel> {
  const isWorthIt = threads > 1 && operations(state.byUser.offsets, state.rank) >= worthThreads;
  const solver = isWorthIt ? await ThreadPool.start(threads, state) : inThisThread(state);
  try {
    for (const [n, side] of steps.entries()) {
      signal?.throwIfAborted();
      await solver.solve(side);
      onStep?.(n + 1, steps.length);
    }
  } finally {
    await solver.close();
  }
  return toModel();
}

interface Solver {
  solve(side: Side): Promise<void>;
  close(): Promise<void>;
}

const inThisThread = (state: FactorisationState): Solver => ({
  async solve(side) {
    solveSide(state, side);
    // Who watches hears of the step before the next one.
    await setImmediate();
  },
  async close() {},
});

/** Each thread solves a range of the rows, in the memory that all share. */
class ThreadPool implements Solver {
  private constructor(
    private readonly threads: readonly Worker[],
    private readonly state: FactorisationState,
  ) {}

  static async start(count: number, state: FactorisationState): Promise<ThreadPool> {
    const settings: ThreadSettings = { state };
    return new ThreadPool(
      await Promise.all(Array.from({ length: count }, () => startThread(program, settings))),
      state,
    );
  }

  async solve(side: Side): Promise<void> {
    const { offsets } = side === 'users' ? this.state.byUser : this.state.byItem;
    const ranges = divideRows(offsets, this.state.rank, this.threads.length);
    await Promise.all(
      ranges.map(({ start, end }, n) => {
        const thread = this.threads[n]!;
        const request: SolveRequest = { side, start, end };
        thread.postMessage(request);
        // An error of the thread is thrown here.
        return once(thread, 'message');
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }
}
