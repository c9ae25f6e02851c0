import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataConf, TextFormat } from '../../../../training/conf/conf';
import { MinibatchReader, type ReaderOptions } from '../../../../training/data/minibatch-reader';
import type { Minibatch, Part } from '../../../../training/data/part';
import { runFolder } from '../../../support/test-run';

/** A configuration of data with all defaults. */
export const dataConf = (text: TextFormat, changes: Partial<DataConf> = {}): DataConf => ({
  text,
  csv: { header: true, label: 'label', positive: '1', delimiter: ',', numeric: [], skip: [] },
  files: [],
  ignoreFeatureGroup: false,
  maxFilesPerWorker: undefined,
  maxLinesPerFile: undefined,
  shuffle: false,
  ...changes,
});

export const readerOptions: ReaderOptions = { loss: 'LOGIT', minibatch: 1000, groups: false, seed: 1 };

/** A folder that goes with the test run. */
export const scratchFolder = (): string => mkdtempSync(join(runFolder(), 'data-'));

/** A file with this content, as one part. */
export function filePart(content: string | Uint8Array, name = 'data.txt'): Part {
  const path = join(scratchFolder(), name);
  writeFileSync(path, content);
  const size = Buffer.byteLength(content);
  return { file: { name: path, size, compressed: name.endsWith('.gz') }, start: 0, end: size };
}

/** All minibatches of some parts. */
export async function readAll(
  parts: Iterable<Part>,
  data: DataConf,
  options: Partial<ReaderOptions> = {},
  { pass = 0, from }: { readonly pass?: number; readonly from?: number } = {},
): Promise<Minibatch[]> {
  const reader = new MinibatchReader(data, { ...readerOptions, ...options });
  try {
    const minibatches: Minibatch[] = [];
    for await (const minibatch of reader.read(parts, { pass, from })) minibatches.push(minibatch);
    return minibatches;
  } finally {
    await reader.close();
  }
}
