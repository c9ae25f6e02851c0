import { Worker } from 'node:worker_threads';
import { findProgram } from '../config/file/built-program';

/**
 * Starts a thread.
 * @param source of its program, beside the source that starts it
 * @param settings that the program finds as its `workerData`
 */
export async function startThread(source: string, settings: unknown): Promise<Worker> {
  const { text, isCode } = await findProgram(source);
  return new Worker(text, { eval: isCode, workerData: settings });
}
