import { availableParallelism } from 'node:os';
import type { ParameterSet } from '../../config/models/parameters';
import type { Metrics } from '../sparse-linear/score-sparse-linear';
import { FoldProcess } from './fold-process';
import type { Problem } from './problem';
import { type FoldOutcome, unionMetrics } from './run-fold';
import { FoldThread } from './threads/fold-threads';

/** How a set of parameters did in all folds. */
export type SetResult = {
  readonly set: ParameterSet;
  /** Of its trainings and their scoring, one after the other. */
  readonly seconds: number;
} & (
  | { readonly metrics: Metrics }
  /** Why one of its trainings failed, and the exit code of a command that failed so. */
  | { readonly error: string; readonly exitCode: number | undefined }
);

export interface CrossValidationOptions {
  /** @default one a core */
  readonly threads?: number | undefined;
  /** Hears that none is done yet, and of each fold that is done or left out, in the order in which they end. */
  readonly onFold?: ((done: number, of: number) => void) | undefined;
  /** Hears of each set that is done, in the order in which they end. */
  readonly onSet?: ((position: number, result: SetResult) => void) | undefined;
  /** Ends the work with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Task {
  readonly position: number;
  readonly fold: number;
}

/**
 * Trains with each set of parameters once for each fold, as many folds at a time as there are threads. A set fails with the
 * first of its folds that does; those that are left of it are not run.
 * @returns the results in the order of the sets, whatever the number of threads
 */
export async function crossValidate(
  problem: Problem,
  sets: readonly ParameterSet[],
  { threads = availableParallelism(), onFold, onSet, signal }: CrossValidationOptions = {},
): Promise<readonly SetResult[]> {
  const { folds } = problem;
  const running = sets.map((set) => new RunningSet(set, folds));
  const tasks = sets.flatMap((_, position) => Array.from({ length: folds }, (_, fold): Task => ({ position, fold })));
  const all = tasks.length;
  let done = 0;
  onFold?.(done, all);

  const work = async (thread: FoldRunner): Promise<void> => {
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      signal?.throwIfAborted();
      const set = running[task.position]!;
      await set.run(task.fold, thread);
      signal?.throwIfAborted();
      onFold?.(++done, all);
      if (set.result) onSet?.(task.position, set.result);
    }
  };
  const workers = Array.from({ length: Math.max(1, Math.min(threads, all)) }, () => runnerOf(problem));
  const closeAll = () => Promise.all(workers.map((worker) => worker.close()));
  const stop = () => void closeAll();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(workers.map(work));
  } finally {
    signal?.removeEventListener('abort', stop);
    await closeAll();
  }
  return running.map(({ result }) => result!);
}

/** Where folds run, one at a time. */
type FoldRunner = Pick<FoldThread | FoldProcess, 'run' | 'close'>;

const runnerOf = (problem: Problem): FoldRunner =>
  problem.kind === 'custom' ? new FoldProcess(problem) : new FoldThread(problem);

/** The folds of a set of parameters that are done. */
class RunningSet {
  /** Once all of them are. */
  result: SetResult | undefined;
  private readonly outcomes: FoldOutcome[] = [];
  private failure: { readonly error: string; readonly exitCode: number | undefined } | undefined;
  private ended = 0;
  private seconds = 0;

  constructor(
    private readonly set: ParameterSet,
    private readonly folds: number,
  ) {}

  async run(fold: number, thread: FoldRunner): Promise<void> {
    if (!this.failure) {
      const answer = await thread.run({ set: this.set, fold });
      this.seconds += answer.seconds;
      if ('outcome' in answer) this.outcomes[fold] = answer.outcome;
      else this.failure ??= { error: answer.error, exitCode: answer.exitCode };
    }
    this.ended += 1;
    if (this.ended === this.folds) this.end();
  }

  private end(): void {
    const { set, seconds, failure, outcomes } = this;
    this.result = failure ? { set, seconds, ...failure } : { set, seconds, metrics: unionMetrics(outcomes) };
    // What is left of thousands of sets has to fit into memory.
    outcomes.length = 0;
  }
}
