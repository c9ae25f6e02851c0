import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { TrainingEnvironment } from '../../config/environment';
import { ReportedError } from '../failure';
import type { InterruptedError } from '../interruption';

/** Of a process that a signal ended. */
const failed = 1;

/**
 * Runs several workers, one for each core of a machine, until the job has an outcome. When one fails the others end too:
 * the machine's worker is then started again as a whole.
 * @throws {ReportedError} with the exit code of the first that failed, which has told why; the signal's reason if it aborts
 */
export async function runWorkerProcesses(count: number, signal: AbortSignal): Promise<void> {
  const processes = Array.from({ length: count }, startWorker);
  const endAll = () => {
    for (const each of processes) each.kill('SIGTERM');
  };
  signal.addEventListener('abort', endAll);
  try {
    await Promise.all(processes.map(ended));
  } catch (error) {
    endAll();
    await Promise.allSettled(processes.map(ended));
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', endAll);
  }
  if (signal.aborted) throw signal.reason as InterruptedError;
}

const startWorker = (): ChildProcess =>
  spawn(process.execPath, [process.argv[1]!, 'job', 'worker'], {
    env: { ...process.env, [TrainingEnvironment.processes]: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.exitCode !== 0) throw new ReportedError(child.exitCode ?? failed, new Error('a worker failed'));
}
