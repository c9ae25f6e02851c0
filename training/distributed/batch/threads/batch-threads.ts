import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../../start-thread';
import { StoreExitCode } from '../../../store/store-error';
import { JobFailure } from '../../scheduler';
import type { SharePlan } from '../load-share';
import { type Call, isQuestion, type Reply } from '../messages/call';
import type { Wire } from '../remote-team';
import type { BatchThreadSettings, ThreadMessage } from './messages';

const program = join(__dirname, 'batch-thread.ts');

export interface BatchThreadOptions {
  /** Is told of a cache that cannot be written. */
  warn(message: string): void;
  /** Ends what is asked for. */
  readonly signal: AbortSignal;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Threads of this process, each of which holds the rows of a share of a batch training. */
export class BatchThreads implements Wire {
  private readonly threads: Worker[] = [];
  /** Those who wait for the replies of each thread. */
  private readonly waiting: Waiting[][] = [];
  private failure: JobFailure | undefined;
  private isClosed = false;

  private constructor(private readonly options: BatchThreadOptions) {}

  static async start(plan: SharePlan, options: BatchThreadOptions): Promise<BatchThreads> {
    const threads = new BatchThreads(options);
    for (const seat of plan.shares.keys()) await threads.add({ plan, seat });
    return threads;
  }

  /**
   * Sends a call to all threads. @returns their replies in the order of the shares, none to what is no question
   * @throws {JobFailure} if a thread fails; the signal's reason if it aborts
   */
  async exchange(call: Call): Promise<readonly Reply[]> {
    this.options.signal.throwIfAborted();
    if (this.failure) throw this.failure;
    for (const thread of this.threads) thread.postMessage(call);
    if (!isQuestion(call.method)) return [];
    return Promise.all(
      this.waiting.map((waiting) => new Promise<Reply>((resolve, reject) => waiting.push({ resolve, reject }))),
    );
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }

  private async add(settings: BatchThreadSettings): Promise<void> {
    const thread = await startThread(program, settings);
    const waiting: Waiting[] = [];
    this.threads.push(thread);
    this.waiting.push(waiting);
    thread.on('message', (message: ThreadMessage) => {
      // Once another thread has failed, nobody waits for what this one had yet to say.
      if (message.type === 'reply') waiting.shift()?.resolve(message.reply);
      else if (message.type === 'warning') this.options.warn(message.text);
      else this.fail(message.message, message.exitCode);
    });
    thread.once('error', ({ message }) => this.fail(`a worker ended: ${message}`, StoreExitCode.failed));
    thread.once('exit', (code) => this.fail(`a worker ended with code ${code}`, StoreExitCode.failed));
  }

  private fail(message: string, exitCode: number): void {
    if (this.isClosed) return;
    this.failure ??= new JobFailure({ status: 'failed', message, exitCode });
    for (const { reject } of this.waiting.flatMap((waiting) => waiting.splice(0))) reject(this.failure);
  }
}
