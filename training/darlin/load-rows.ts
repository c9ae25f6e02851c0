import { GatheredRows } from '../../learning/sparse/gathered-rows';
import type { SparseRows } from '../../learning/sparse/rows';
import type { BatchConf } from '../conf/conf';
import { BadLineCount, type BadLineLimit, defaultBadLineLimit, describeBadLine } from '../data/bad-lines';
import { MinibatchReader } from '../data/minibatch-reader';
import type { Part } from '../data/part';
import { findParts } from '../data/parts';
import { throughCache } from './local-cache';

/** Lines that are parsed at once. */
const batchLines = 10_000;

export interface LoadOptions {
  readonly workers: number;
  readonly badLines?: BadLineLimit | undefined;
  /** Is told of the first bad lines, and of a cache that cannot be written. */
  warn(message: string): void;
}

/**
 * Reads the training data of a batch training whole, from the cache if it has been read before. The order of rows makes
 * no difference, so they are never shuffled.
 * @throws {DataError} if files are absent or cannot be read, or too many lines are bad
 */
export async function loadRows(
  { trainingData, loss, localCache }: BatchConf,
  { workers, badLines = defaultBadLineLimit, warn }: LoadOptions,
): Promise<{ rows: SparseRows; cached: boolean }> {
  const data = { ...trainingData, shuffle: false };
  const parts = await findParts(data, workers);
  const files = [...new Set(parts.map(({ file }) => file))];
  const options = { loss, badLines: JSON.stringify(badLines) };
  return throughCache(localCache, { files, conf: data, options }, () => parse(parts), warn);

  async function parse(parts: readonly Part[]): Promise<SparseRows> {
    // No line is drawn at random: any seed will do.
    const reader = new MinibatchReader(data, {
      loss,
      minibatch: batchLines,
      groups: !data.ignoreFeatureGroup,
      seed: 1,
    });
    const gathered = new GatheredRows();
    const count = new BadLineCount(badLines);
    try {
      for await (const minibatch of reader.read(parts, { pass: 0 })) {
        count.add(minibatch);
        gathered.add(minibatch);
      }
      count.finish();
    } finally {
      await reader.close();
    }
    for (const line of count.first) warn(describeBadLine(line));
    return gathered.take();
  }
}
