import { StoreError, StoreExitCode } from '../store/store-error';
import type { WorkerState } from './state/job-state';
import type { Task } from './state/task';

/** Between two signs of life, in milliseconds: three fit in the lease. */
const period = 5000;

/** How long workers go on without a scheduler, in milliseconds. */
const mostAlone = 120_000;

/** A worker's signs of life. */
export interface Heartbeat {
  /** Says which part the worker has. */
  hold(task: Task | undefined): void;
  /** Never resolves; rejects with what ends the worker. */
  readonly failure: Promise<never>;
  stop(): void;
}

/** @throws {StoreError} if the scheduler of a job was not heard of for too long */
export async function requireScheduler(state: Pick<WorkerState, 'job' | 'schedulerSilence'>): Promise<void> {
  if ((await state.schedulerSilence()) <= mostAlone) return;
  throw new StoreError(
    `the scheduler of job ${state.job} was not heard of for ${mostAlone / 1000} s; restart it with --resume`,
    StoreExitCode.noAccess,
  );
}

/** Tells the job that a worker lives, until it is stopped, and the worker if the scheduler does not. */
export function startHeartbeat(state: WorkerState, worker: number): Heartbeat {
  let held: Task | undefined;
  let reject: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, fail) => {
    reject = fail;
  });
  // Whoever waits for it hears of it; it may be stopped before.
  failure.catch(() => {});
  const beat = async (): Promise<void> => {
    await (held ? state.renew(worker, held) : state.tellAlive(worker));
    await requireScheduler(state);
  };
  const timer = setInterval(() => void beat().catch(reject), period);
  return {
    hold: (task) => {
      held = task;
    },
    failure,
    stop: () => clearInterval(timer),
  };
}
