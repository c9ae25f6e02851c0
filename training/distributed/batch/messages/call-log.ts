import type { JobRecords } from '../../state/valkey/job-records';
import type { BatchKeys } from '../batch-keys';
import type { Call } from './call';
import { entriesOf } from './message';
import { write } from './message-stream';

/**
 * The calls of a run, in order, for all its workers. It has what a worker needs that comes late, to get where the others
 * are: how features are numbered, and all since the weights were last placed.
 */
export class CallLog {
  private count = 0;
  /** Ids of the entries that the next placing of weights makes superfluous. */
  private passing: string[] = [];
  /** The last call that is on its way. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly records: JobRecords,
    private readonly keys: Pick<BatchKeys, 'calls'>,
  ) {}

  /**
   * Adds a call; what it says may change afterwards.
   * @returns its number, from 1. That it did not get there is told to who waits for `arrived`
   */
  add(call: Call): number {
    const number = ++this.count;
    const entries = entriesOf(number, call);
    const superfluous = call.method === 'place' ? this.passing.splice(0) : [];
    if (isPassing(call)) this.passing.push(...entries.map(([id]) => id));
    // One after the other: an entry that is older than the last one is refused.
    this.last = this.last.then(async () => {
      await write(this.records, this.keys.calls, entries);
      if (superfluous.length > 0)
        await this.records.do((connection) => connection.xdel(this.keys.calls, ...superfluous));
    });
    this.last.catch(() => {});
    return number;
  }

  /** Resolves when all calls are where workers read them. @throws {StoreError} if the servers stay out of reach */
  arrived(): Promise<void> {
    return this.last;
  }
}

const isPassing = ({ method }: Call): boolean => method !== 'load' && method !== 'summarise' && method !== 'arrange';
