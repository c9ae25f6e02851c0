import type { OnlineConf } from '../conf/conf';
import type { KeyedWeights } from '../keyed-weights';
import { trainOnline } from '../online/train-online';
import { onlineTableHead, onlineTableRow } from '../output/online-table';

/** What a training in this process needs beside its configuration. */
export interface LearnOptions {
  readonly seed: number;
  /** Weights to begin with. */
  readonly start: KeyedWeights | undefined;
  /** Is told how it goes. */
  readonly say: (line: string) => void;
  /** Ends the training with the signal's reason. */
  readonly signal: AbortSignal | undefined;
}

/** What was learned, and from how many examples of a pass. */
export interface LearnedWeights {
  readonly model: KeyedWeights;
  readonly examples: number;
}

/**
 * Learns online from all passes of the training data, with all sums in memory and without checkpoints.
 * @throws {DataError} if files are absent or cannot be read, or too many lines are bad
 */
export async function learnOnline(conf: OnlineConf, { say, ...options }: LearnOptions): Promise<LearnedWeights> {
  say(onlineTableHead);
  const { model, learned } = await trainOnline({
    ...options,
    conf,
    checkpointEvery: Number.POSITIVE_INFINITY,
    resume: false,
    warn: say,
    row: (row) => say(onlineTableRow(row)),
  });
  return { model, examples: learned.lines - learned.badLines };
}
