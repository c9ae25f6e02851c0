import { setTimeout as delay } from 'node:timers/promises';
import type { JobRecords } from '../../state/valkey/job-records';
import type { Reply } from './call';
import { entriesOf } from './message';
import { write } from './message-stream';

/** Entries that a worker leaves unread on the servers at most; between two looks at them, in milliseconds. */
const mostUnread = 4;
const pause = 5;

/** The answers of a seat to the questions of a run, in order. */
export class AnswerLog {
  constructor(
    private readonly records: JobRecords,
    private readonly stream: string,
  ) {}

  /**
   * Adds an answer, unless it is there already: two workers of one seat answer the same.
   * @param signal ends the wait for a scheduler that does not read
   */
  async add(number: number, reply: Reply, signal: AbortSignal): Promise<void> {
    for (const [place, entry] of entriesOf(number, reply).entries()) {
      if (place >= mostUnread) await this.untilRead(signal);
      if (signal.aborted) return;
      await write(this.records, this.stream, [entry]);
    }
  }

  /** The number of the last question that has an answer, of which the end may be missing; 0 if none has. */
  async last(): Promise<number> {
    const info = await this.records.do(async (connection) => {
      const isThere = (await connection.exists(this.stream)) === 1;
      return isThere ? ((await connection.xinfo('STREAM', this.stream)) as readonly unknown[]) : [];
    });
    return Number.parseInt(String(info[info.indexOf('last-generated-id') + 1] ?? '0'), 10);
  }

  private async untilRead(signal: AbortSignal): Promise<void> {
    const unread = () => this.records.do((connection) => connection.xlen(this.stream));
    while (!signal.aborted && (await unread()) >= mostUnread) await delay(pause);
  }
}
