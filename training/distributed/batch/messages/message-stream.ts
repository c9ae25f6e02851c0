import type { Redis } from 'ioredis';
import type { JobRecords } from '../../state/valkey/job-records';
import { type Entry, type Message, MessageReader, type StreamEntry } from './message';

/** How long a reader waits for an entry before it looks after other things, in milliseconds. */
const patience = 1000;
/** Entries of a stream that are read at once. */
const most = 8;
/** So many entries that were read are worth a command that removes them. */
const manyKept = 100;

/** Adds the entries of a message to a stream, unless they are there already. */
export async function write(records: JobRecords, stream: string, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) await records.keep((connection) => addOnce(connection, stream, entry));
}

async function addOnce(connection: Redis, stream: string, entry: Entry): Promise<void> {
  try {
    await connection.xadd(stream, ...entry);
  } catch (error) {
    if (!(error as Error).message.includes('equal or smaller')) throw error;
  }
}

/** A message, and from which of the streams it is. */
export interface Received extends Message {
  readonly from: number;
}

/** Reads messages of streams from their beginning on. It keeps its connection waiting: nobody else can use that. */
export class StreamsReader {
  private readonly readers: readonly MessageReader[];
  /** Entries that were read and are still on the servers. */
  private kept = 0;

  constructor(
    private readonly records: JobRecords,
    private readonly streams: readonly string[],
  ) {
    this.readers = streams.map(() => new MessageReader());
  }

  /** The messages that have come; waits a while for an entry. @returns undefined if none came */
  async next(): Promise<readonly Received[] | undefined> {
    const positions = this.readers.map(({ position }) => position);
    const answer = (await this.records.do((connection) =>
      connection.xreadBuffer('COUNT', most, 'BLOCK', patience, 'STREAMS', ...this.streams, ...positions),
    )) as readonly [Buffer, readonly StreamEntry[]][] | null;
    if (!answer) return undefined;
    const received: Received[] = [];
    for (const [name, entries] of answer) {
      const from = this.streams.indexOf(name.toString());
      for (const entry of entries) {
        const message = this.readers[from]!.take(entry);
        if (message) received.push({ ...message, from });
      }
      this.kept += entries.length;
    }
    return received;
  }

  /** Removes what was read from the servers, once it is much, or a writer may wait for it. */
  async clear(): Promise<void> {
    if (this.kept < manyKept && !this.readers.some(({ isAmid }) => isAmid)) return;
    this.kept = 0;
    await this.records.do((connection) =>
      Promise.all(this.streams.map((stream, i) => connection.xtrim(stream, 'MINID', this.readers[i]!.following))),
    );
  }
}
