import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../start-thread';
import type { LineFormat } from '../formats/create-parser';
import type { LineBatch } from '../lines/line-batch';
import type { ParsedLines } from '../lines/parse-lines';
import type { ParseAnswer, ParseRequest, ThreadSettings } from './messages';

const program = join(__dirname, 'parse-thread.ts');

/** Threads that parse lines; what they answer does not depend on how many there are. */
export class ParsePool {
  private constructor(private readonly threads: readonly ParseThread[]) {}

  static async start(threads: number, settings: ThreadSettings): Promise<ParsePool> {
    const workers = await Promise.all(Array.from({ length: threads }, () => startThread(program, settings)));
    return new ParsePool(workers.map((worker) => new ParseThread(worker)));
  }

  /**
   * Has lines parsed by the thread that has least to do.
   * @param lines their buffers are gone afterwards
   */
  parse(lines: Pick<LineBatch, 'bytes' | 'extents'>, format: LineFormat): Promise<ParsedLines> {
    const thread = this.threads.reduce((least, one) => (one.load < least.load ? one : least));
    return thread.parse(lines, format);
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }
}

interface Waiting {
  resolve(answer: ParseAnswer): void;
  reject(error: unknown): void;
}

class ParseThread {
  private readonly waiting: Waiting[] = [];
  private format: LineFormat | undefined;

  constructor(private readonly worker: Worker) {
    worker.on('message', (answer: ParseAnswer) => this.answered().resolve(answer));
    worker.on('error', (error) => this.failed(error));
    worker.on('exit', () => this.failed(new Error('a thread that parses data ended')));
    // An idle thread keeps no process alive.
    worker.unref();
  }

  /** Requests that wait for their answers. */
  get load(): number {
    return this.waiting.length;
  }

  parse({ bytes, extents }: Pick<LineBatch, 'bytes' | 'extents'>, format: LineFormat): Promise<ParsedLines> {
    const request: ParseRequest = { lines: { bytes, extents }, format: format === this.format ? undefined : format };
    this.format = format;
    this.worker.postMessage(request, [bytes.buffer, extents.buffer]);
    if (this.waiting.length === 0) this.worker.ref();
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private answered(): Waiting {
    const first = this.waiting.shift()!;
    if (this.waiting.length === 0) this.worker.unref();
    return first;
  }

  private failed(error: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
