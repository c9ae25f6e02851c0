import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { StoreError, StoreExitCode } from '../store/store-error';

const exitCodeOf = (code: number): StoreExitCode =>
  Object.values(StoreExitCode).find((known) => known === code) ?? StoreExitCode.failed;

/** The exit codes of workers that were told to end, and gave back what they had. */
const toldToEnd: Readonly<Record<number, string>> = { 130: 'SIGINT', 143: 'SIGTERM' };

/** Worker processes on this machine. */
export interface LocalWorkers {
  /** Never resolves; rejects if workers end as soon as they begin. */
  readonly failure: Promise<never>;
  /** Ends them in order; those that do not end are killed. */
  stop(): Promise<void>;
}

/** A worker that dies sooner than this has done nothing, in milliseconds. */
const shortLife = 2000;
/** How many short lives in a row are too many: it is not by chance then. */
const mostShortLives = 5;
/** How long workers may take to end, in milliseconds. */
const endPatience = 30_000;

/**
 * Runs worker processes, and a new one for each that is killed or told to end.
 * @param command the program and its arguments
 * @param environment of the workers, beside that of this process
 * @param warn is told of every worker that died
 */
export function startLocalWorkers(
  count: number,
  [program, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
  warn: (text: string) => void,
): LocalWorkers {
  const running = new Set<ChildProcess>();
  let shortLives = 0;
  let isStopped = false;
  let fail: (error: Error) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // The job may be over before anybody waits for it.
  failure.catch(() => {});

  const start = (): void => {
    const began = Date.now();
    const worker = spawn(program, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
      // A group of its own: Ctrl-C is for the job, which is saved before its workers end.
      detached: true,
    });
    running.add(worker);
    worker.once('error', fail);
    worker.once('exit', (code, signal) => {
      running.delete(worker);
      if (isStopped || code === 0) return;
      const cause = code === null ? signal : toldToEnd[code];
      // One that ended by itself knew why, and has said so.
      if (code !== null && cause === undefined)
        return fail(new StoreError('a worker ended; what it said is above', exitCodeOf(code)));
      shortLives = Date.now() - began < shortLife ? shortLives + 1 : 0;
      if (shortLives === mostShortLives) return fail(new Error(`workers die as soon as they start, of ${cause}`));
      warn(`a worker died of ${cause}; another takes its place`);
      start();
    });
  };
  for (let i = 0; i < count; i++) start();

  return {
    failure,
    async stop() {
      isStopped = true;
      const ended = [...running].map((worker) => once(worker, 'exit'));
      for (const worker of running) worker.kill('SIGTERM');
      const killing = setTimeout(() => {
        for (const worker of running) worker.kill('SIGKILL');
      }, endPatience);
      await Promise.all(ended);
      clearTimeout(killing);
    },
  };
}
