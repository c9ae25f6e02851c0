import type { JobRecords } from '../../state/valkey/job-records';
import type { Reply } from './call';
import { type Received, StreamsReader } from './message-stream';

interface Waiting {
  readonly replies: Reply[];
  /** How many seats have not answered. */
  missing: number;
  resolve(replies: readonly Reply[]): void;
  reject(error: unknown): void;
}

/** Gathers the answers of all seats to a question. */
export class AnswersReader {
  private readonly reader: StreamsReader;
  private readonly waiting = new Map<number, Waiting>();

  /**
   * @param records over connections that nobody else uses
   * @param streams of the seats
   * @param check is called while nothing comes, and throws if nothing will
   * @param signal ends all waiting with its reason
   */
  constructor(
    records: JobRecords,
    private readonly streams: readonly string[],
    private readonly check: () => Promise<void>,
    private readonly signal: AbortSignal,
  ) {
    this.reader = new StreamsReader(records, streams);
  }

  /**
   * The answers to a question, in the order of the seats.
   * @throws what `check` throws, or the signal's reason; StoreError if the servers stay out of reach
   */
  answersTo(number: number): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      const isIdle = this.waiting.size === 0;
      this.waiting.set(number, { replies: [], missing: this.streams.length, resolve, reject });
      if (isIdle) void this.read();
    });
  }

  private async read(): Promise<void> {
    try {
      while (this.waiting.size > 0) {
        this.signal.throwIfAborted();
        const received = await this.reader.next();
        if (received) await this.takeIn(received);
        else await this.check();
      }
    } catch (error) {
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    }
  }

  private async takeIn(received: readonly Received[]): Promise<void> {
    for (const { number, from, value } of received) {
      const question = this.waiting.get(number);
      // Of a question that was answered before, a worker that came late answers the last one again.
      if (!question || question.replies[from]) continue;
      question.replies[from] = value as Reply;
      if (--question.missing > 0) continue;
      this.waiting.delete(number);
      question.resolve(question.replies);
    }
    await this.reader.clear();
  }
}
