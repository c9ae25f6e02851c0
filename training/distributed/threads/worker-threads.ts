import type { Worker } from 'node:worker_threads';
import { startThread } from '../../start-thread';
import { StoreExitCode } from '../../store/store-error';
import { answerCalls, type JobCalls, type ThreadSettings } from './calls';
import type { MemoryJob } from './memory-job';

/** Threads of this process that work on a job. */
export interface WorkerThreads {
  /** Ends them at once: what they have not synced is lost. */
  stop(): Promise<void>;
}

/** With which a thread ends that needs more memory than there is. */
const outOfMemory = 'ERR_WORKER_OUT_OF_MEMORY';

/**
 * Runs threads that work on a job, and a new one for each that is lost. An error that ends one ends the job.
 * @param program source of what a thread runs
 * @param warn is told of every thread that was lost
 */
export function startWorkerThreads(
  count: number,
  program: string,
  job: MemoryJob,
  warn: (text: string) => void,
): WorkerThreads {
  const { state } = job;
  const calls: JobCalls = { state, sums: job.sums() };
  const running = new Set<Worker>();
  let isStopped = false;

  const fail = (message: string): void =>
    void state.publishOutcome({ status: 'failed', message, exitCode: StoreExitCode.failed });

  const start = async (): Promise<void> => {
    const settings: ThreadSettings = { job: state.job };
    const thread = await startThread(program, settings);
    running.add(thread);
    if (isStopped) return void thread.terminate();
    const numbers: number[] = [];
    const endAnswers = answerCalls(thread, calls, (name, value) => {
      if (name === 'newWorker') numbers.push(value as number);
    });
    let failure: NodeJS.ErrnoException | undefined;
    thread.once('error', (error) => {
      failure = error;
    });
    thread.once('exit', (code) => {
      endAnswers();
      running.delete(thread);
      if (isStopped || code === 0) return;
      if (failure && failure.code !== outOfMemory) return fail(`a worker ended: ${failure.message}`);
      const hadPart = numbers.map((number) => state.lose(number)).includes(true);
      const reason = failure?.message ?? `with code ${code}`;
      if (!hadPart) return fail(`a worker ended before it had a part: ${reason}`);
      warn(`a worker ended: ${reason}; another takes its place`);
      begin();
    });
  };
  const begin = (): void => void start().catch((error: Error) => fail(`a worker could not start: ${error.message}`));
  for (let i = 0; i < count; i++) begin();

  return {
    async stop() {
      isStopped = true;
      await Promise.all([...running].map((thread) => thread.terminate()));
    },
  };
}
