import { unavailable } from '../../http/errors';

/** More calls than this wait for no model that is slower than its requests. */
const mostOpenCalls = 1_000;

/** Lets only so many calls of a model be open at once. */
export class CallLimit {
  #open = 0;

  /** @throws {HttpError} 503 if too many are open */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#open >= mostOpenCalls) throw unavailable('the model has more to do than it can; try again');
    this.#open += 1;
    try {
      return await call();
    } finally {
      this.#open -= 1;
    }
  }
}
