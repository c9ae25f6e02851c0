import { GatheredRows } from '../../learning/sparse/gathered-rows';
import type { SparseRows } from '../../learning/sparse/rows';
import type { BatchConf } from '../conf/conf';
import { BadLineCount, type BadLineLimit, defaultBadLineLimit, describeBadLine } from '../data/bad-lines';
import { MinibatchReader } from '../data/minibatch-reader';
import type { Part } from '../data/part';
import { findParts } from '../data/parts';
import { type CachedData, cachePath, throughCache } from './local-cache';

/** Lines that are parsed at once. */
const batchLines = 10_000;

export interface LoadOptions {
  readonly badLines?: BadLineLimit | undefined;
  /** Is told of the first bad lines, and of a cache that cannot be written. */
  warn(message: string): void;
}

/**
 * Reads the training data of a batch training whole, from the cache if it has been read before.
 * @throws {DataError} if files are absent or cannot be read, or too many lines are bad
 */
export async function loadRows(
  conf: BatchConf,
  { badLines = defaultBadLineLimit, warn }: LoadOptions,
): Promise<{ rows: SparseRows; cached: boolean }> {
  const parts = await findParts(conf.trainingData, 1);
  const path = await cachePathOf(conf, parts, { badLines: JSON.stringify(badLines) });
  return throughCache(path, parse, warn);

  async function parse(): Promise<SparseRows> {
    const count = new BadLineCount(badLines);
    const rows = await parseParts(conf, parts, (minibatch) => count.add(minibatch));
    count.finish();
    for (const line of count.first) warn(describeBadLine(line));
    return rows;
  }
}

/** The file of the cache for the rows of some parts; undefined if nothing is kept. */
export function cachePathOf(
  { trainingData, loss, localCache }: BatchConf,
  parts: readonly Part[],
  options: CachedData['options'],
): Promise<string | undefined> {
  const files = [...new Set(parts.map(({ file }) => file))];
  return cachePath(localCache, { files, conf: trainingData, options: { loss, ...options } });
}

/**
 * The rows of some parts. The order of rows makes no difference, so they are never shuffled.
 * @param threads that parse; one for each core, at most 4, by default
 */
export async function parseParts(
  { trainingData, loss }: BatchConf,
  parts: readonly Part[],
  onMinibatch: BadLineCount['add'],
  threads?: number,
): Promise<SparseRows> {
  // No line is drawn at random: any seed will do.
  const reader = new MinibatchReader(
    { ...trainingData, shuffle: false },
    {
      loss,
      minibatch: batchLines,
      groups: !trainingData.ignoreFeatureGroup,
      seed: 1,
      ...(threads !== undefined && { threads }),
    },
  );
  const gathered = new GatheredRows();
  try {
    for await (const minibatch of reader.read(parts, { pass: 0 })) {
      onMinibatch(minibatch);
      gathered.add(minibatch);
    }
  } finally {
    await reader.close();
  }
  return gathered.take();
}
