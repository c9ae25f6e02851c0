import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { keyAt, keyCount } from '../../learning/sparse/keys';
import type { KeyedWeights } from '../darlin/starting-weights';
import { inOrder } from '../sparse-linear/model-text';
import { blockCount, blockOf, shardOfBlock } from '../store/blocks';

/** Significant digits of a weight. */
const digits = 9;
/** Lines that are written at once. */
const linesAtOnce = 10_000;

/**
 * Writes the weights of a model that are not 0 as text, `key<TAB>weight` a line, into a file for each shard:
 * `<prefix>_S0`, `<prefix>_S1` … Files of shards that a larger model had before are removed.
 * @param prefix a path; its folders are made
 * @param shards how many servers had the keys
 * @returns the files
 */
export async function writeModelFiles(prefix: string, model: KeyedWeights, shards: number): Promise<readonly string[]> {
  await mkdir(dirname(prefix), { recursive: true });
  const files: string[] = [];
  for (const [shard, weights] of byShard(inOrder(model), shards).entries()) {
    const file = fileOf(prefix, shard);
    await writeAside(file, linesOf(weights));
    files.push(file);
  }
  await removeStale(prefix, shards);
  return files;
}

const fileOf = (prefix: string, shard: number): string => `${prefix}_S${shard}`;

/** The weights of each shard, in the same order. */
function byShard(model: KeyedWeights, shards: number): readonly KeyedWeights[] {
  const places: number[][] = Array.from({ length: shards }, () => []);
  for (let i = 0; i < keyCount(model.keys); i++) {
    const block = blockOf(model.keys[2 * i]!, model.keys[2 * i + 1]!, blockCount(shards));
    places[shardOfBlock(block, shards)]!.push(i);
  }
  return places.map((ofShard) => ({
    keys: Uint32Array.from(ofShard.flatMap((i) => [model.keys[2 * i]!, model.keys[2 * i + 1]!])),
    weights: Float64Array.from(ofShard, (i) => model.weights[i]!),
  }));
}

function* linesOf({ keys, weights }: KeyedWeights): Iterable<string> {
  for (let from = 0; from < weights.length; from += linesAtOnce) {
    const count = Math.min(linesAtOnce, weights.length - from);
    const lines = Array.from({ length: count }, (_, i) => {
      return `${keyAt(keys, from + i)}\t${Number(weights[from + i]!.toPrecision(digits))}\n`;
    });
    yield lines.join('');
  }
}

/** A reader of the file never sees half of it. */
async function writeAside(file: string, texts: Iterable<string>): Promise<void> {
  const aside = `${file}.new`;
  const handle = await open(aside, 'w');
  try {
    for (const text of texts) await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, file);
}

async function removeStale(prefix: string, shards: number): Promise<void> {
  const folder = dirname(prefix);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(prefix)}_S`)) continue;
    const shard = name.slice(basename(prefix).length + 2);
    if (/^\d+$/.test(shard) && Number(shard) >= shards) await rm(join(folder, name));
  }
}
