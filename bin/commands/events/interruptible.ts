import { InterruptedError, Interruption } from '../../interruption';

/**
 * Does work that ends in order when Ctrl-C or SIGTERM arrives: the signal aborts, and the work undoes what it did.
 * @throws {InterruptedError} if it was interrupted
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interruption = new Interruption();
  void interruption.wait().then((signal) => controller.abort(new InterruptedError(signal)));
  try {
    return await work(controller.signal);
  } finally {
    interruption.release();
  }
}
