import { once } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../start-thread';
import type { ThreadProblem } from '../problem';
import type { FoldAnswer, FoldRequest, ThreadSettings } from './messages';

const program = join(__dirname, 'fold-thread.ts');

/** A thread that runs one fold after the other. */
export class FoldThread {
  private thread: Worker | undefined;
  private isClosed = false;

  constructor(private readonly problem: ThreadProblem) {}

  /** Runs a fold. What ends the thread, as too little memory does, is a failure of that fold; the next has a new thread. */
  async run(request: FoldRequest): Promise<FoldAnswer> {
    const began = performance.now();
    const settings: ThreadSettings = { problem: this.problem };
    this.thread ??= await startThread(program, settings);
    const { thread } = this;
    if (this.isClosed) {
      await thread.terminate();
      return { error: 'it was stopped', exitCode: undefined, seconds: 0 };
    }
    thread.postMessage(request);
    try {
      return await nextAnswer(thread);
    } catch (error) {
      this.thread = undefined;
      return { error: (error as Error).message, exitCode: undefined, seconds: (performance.now() - began) / 1000 };
    }
  }

  /** Ends the thread, whatever it does. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.thread?.terminate();
  }
}

/** @throws {Error} if the thread ends without an answer */
async function nextAnswer(thread: Worker): Promise<FoldAnswer> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(thread, 'exit', { signal }).then(([code]) => {
    throw new Error(`the thread that trained ended with ${code}`);
  });
  // An error of the thread is thrown here.
  const answered = once(thread, 'message', { signal }).then(([answer]) => answer as FoldAnswer);
  ended.catch(() => {});
  answered.catch(() => {});
  try {
    return await Promise.race([answered, ended]);
  } finally {
    waiting.abort();
  }
}
