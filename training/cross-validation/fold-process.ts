import { type CustomProblem, runCustomFold } from './custom-fold';
import type { FoldAnswer, FoldRequest } from './threads/messages';

/** Runs one fold of a model of the user's own after the other, each in a process of the model's code. */
export class FoldProcess {
  readonly #closing = new AbortController();

  constructor(private readonly problem: CustomProblem) {}

  /** Runs a fold. Whatever the code does is a failure of that fold alone. */
  async run({ set, fold }: FoldRequest): Promise<FoldAnswer> {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    try {
      return { outcome: await runCustomFold(this.problem, set, fold, this.#closing.signal), seconds: seconds() };
    } catch (error) {
      const { message, exitCode } = error as Error & { exitCode?: number };
      return { error: message || String(error), exitCode, seconds: seconds() };
    }
  }

  /** Ends the process, whatever it does. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('it was stopped'));
  }
}
