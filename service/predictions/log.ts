import type { LogConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import { type PredictionRecord, recordLines } from './record-line';
import { spoolRoot } from './spool/directory';
import { Spool, type SpoolFault, type SpoolUnavailableError } from './spool/spool';

export type { PredictionRecord, Protocol, Sample } from './record-line';
export { maxKeyLength } from './record-line';
export { SpoolUnavailableError } from './spool/spool';

/** Where every answer is noted before it is sent. */
export interface PredictionLog {
  /** Whether it takes records now; it recovers by itself. */
  readonly state: 'ok' | SpoolFault;
  /**
   * Resolves when the record outlives the process; the answer may be sent then.
   * @throws {SpoolUnavailableError} by rejection, if it is not noted: answer 503
   * @throws {RangeError} at once, if `id` or `unit` is longer than `maxKeyLength`, or a time lies outside the years 1 to 9999
   */
  append(record: PredictionRecord): Promise<void>;
  /** Resolves when all records appended before outlive the machine's power. */
  flush(): Promise<void>;
  /** Flushes and takes no more. */
  close(): Promise<void>;
}

export interface PredictionLogOptions {
  readonly dataDirectory: string;
  /** The version whose tables the records go to. */
  readonly version: Version;
  /** Noted with each record. */
  readonly codeVersion: string;
  readonly config: Pick<LogConfig, 'fsyncMs' | 'spoolMaxBytes'>;
  /**
   * Called when the disk stops taking records.
   * @default nothing
   */
  readonly onFault?: (error: SpoolUnavailableError) => void;
}

/**
 * Opens the log of this process.
 * @throws the error of the file system if its folder cannot be made
 */
export function openPredictionLog({
  dataDirectory,
  version,
  codeVersion,
  config,
  onFault,
}: PredictionLogOptions): PredictionLog {
  const spool = new Spool({
    root: spoolRoot(dataDirectory, version),
    fsyncMs: config.fsyncMs,
    maxBytes: config.spoolMaxBytes,
    ...(onFault && { onFault }),
  });
  const uniqueArrival = newUniqueClock();
  return {
    get state() {
      return spool.state;
    },
    append(record) {
      const arrival = uniqueArrival(record.arrivedAt);
      return spool.append(recordLines(record, codeVersion, arrival), record.samples.length);
    },
    flush: () => spool.flush(),
    close: () => spool.close(),
  };
}

/**
 * Milliseconds to microseconds, none twice: two requests of a client that sends the same id with each would otherwise
 * pass for one request repeated, if they arrive together.
 */
function newUniqueClock(): (milliseconds: number) => number {
  let last = 0;
  return (milliseconds) => {
    const now = Math.round(milliseconds * 1000);
    const clockWasSetBack = last - now > 1e6;
    last = now > last || clockWasSetBack ? now : last + 1;
    return last;
  };
}
