import type { LogConfig } from '../../config/schema';
import { maxKeyLength, type PredictionRecord, recordLines } from './record-line';
import { Spool, type SpoolFault, type SpoolUnavailableError } from './spool';

export type { PredictionRecord, Protocol } from './record-line';
export { maxKeyLength } from './record-line';
export { SpoolUnavailableError } from './spool';

/** Where every answer is noted before it is sent. */
export interface PredictionLog {
  /** Whether it takes records now; it recovers by itself. */
  readonly state: 'ok' | SpoolFault;
  /**
   * Resolves when the record outlives the process; the answer may be sent then.
   * @throws {SpoolUnavailableError} if it is not noted: answer 503
   * @throws {RangeError} if `id` or `unit` is longer than `maxKeyLength`
   */
  append(record: PredictionRecord): Promise<void>;
  /** Resolves when all records appended before outlive the machine's power. */
  flush(): Promise<void>;
  /** Flushes and takes no more. */
  close(): Promise<void>;
}

export interface PredictionLogOptions {
  readonly dataDirectory: string;
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
 * @throws the error of the file system if `<data>/spool` cannot be made
 */
export function openPredictionLog({
  dataDirectory,
  codeVersion,
  config,
  onFault,
}: PredictionLogOptions): PredictionLog {
  const spool = new Spool({
    dataDirectory,
    fsyncMs: config.fsyncMs,
    maxBytes: config.spoolMaxBytes,
    ...(onFault && { onFault }),
  });
  return {
    get state() {
      return spool.state;
    },
    append(record) {
      const tooLong = keyTooLong(record);
      if (tooLong) return Promise.reject(new RangeError(`${tooLong} is longer than ${maxKeyLength} characters`));
      return spool.append(recordLines(record, codeVersion), record.samples.length);
    },
    flush: () => spool.flush(),
    close: () => spool.close(),
  };
}

const keyTooLong = ({ id, unit }: PredictionRecord): 'id' | 'unit' | undefined =>
  id !== undefined && id.length > maxKeyLength
    ? 'id'
    : unit !== undefined && unit.length > maxKeyLength
      ? 'unit'
      : undefined;
