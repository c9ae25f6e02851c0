import { Worker } from 'node:worker_threads';
import { findProgram } from '../config/file/built-program';

/**
 * Starts a thread.
 * @param source of its program, beside the source that starts it
 * @param settings that the program finds as its `workerData`
 */
export async function startThread(source: string, settings: unknown): Promise<Worker> {
  // Node 20 aborts where a thread is ended that is about to load an ES module of a package; the build leaves none outside either.
  const { text, isCode } = await findProgram(source, { packages: 'bundle' });
  return new Worker(text, { eval: isCode, workerData: settings });
}
