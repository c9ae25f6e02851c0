import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { SparseRows } from '../../learning/sparse/rows';
import type { DataConf } from '../conf/conf';
import type { DataFile } from '../data/part';
import { readRows, writeRows } from './rows-file';

/** Parsed data that may be there from an earlier training. */
export interface CachedData {
  readonly files: readonly DataFile[];
  readonly conf: DataConf;
  /** Whatever else decides which rows the files make. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The file of the cache for some data. Its name has the SHA-256 of the content (of files in S3 the ETag) and of all that
 * decides how it is parsed, so that other data never hits.
 * @param prefix of the cache's files; undefined if nothing is kept
 */
export async function cachePath(
  prefix: string | undefined,
  { files, conf, options }: CachedData,
): Promise<string | undefined> {
  if (prefix === undefined) return undefined;
  const hash = createHash('sha256');
  const { text, csv, ignoreFeatureGroup, maxLinesPerFile } = conf;
  hash.update(JSON.stringify({ text, csv, ignoreFeatureGroup, maxLinesPerFile, options }));
  for (const file of files) {
    hash.update(JSON.stringify({ size: file.size, compressed: file.compressed, etag: file.etag }));
    if (file.etag === undefined) for await (const bytes of createReadStream(file.name)) hash.update(bytes);
  }
  return `${prefix}${hash.digest('hex')}`;
}

/**
 * The rows of some data: from the cache if they are there, else from `parse`, and then they are in the cache.
 * @param path of the cache's file; undefined if nothing is kept
 * @param warn is told why rows could not be kept, which is no reason to stop
 * @param isFit says, after parsing, whether the rows may be kept
 */
export async function throughCache(
  path: string | undefined,
  parse: () => Promise<SparseRows>,
  warn: (message: string) => void,
  isFit: () => boolean = () => true,
): Promise<{ rows: SparseRows; cached: boolean }> {
  if (path === undefined) return { rows: await parse(), cached: false };
  const found = await readRows(path);
  if (found) return { rows: found, cached: true };
  const rows = await parse();
  if (!isFit()) return { rows, cached: false };
  try {
    await writeRows(path, rows);
  } catch (error) {
    warn(`local_cache: the parsed data is not kept: ${(error as Error).message}`);
  }
  return { rows, cached: false };
}
