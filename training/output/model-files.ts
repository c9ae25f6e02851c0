import { basename, dirname, join } from 'node:path';
import { KeyTable } from '../../learning/sparse/key-table';
import { keyAt, keyCount } from '../../learning/sparse/keys';
import type { ModelFiles } from '../darlin/run-batch';
import { DataStorage } from '../data/files/data-storage';
import { findFiles } from '../data/files/find-files';
import { unpack } from '../data/files/read-text';
import type { FileStorage } from '../data/files/storage';
import type { DataFile } from '../data/part';
import { DataError } from '../data-error';
import { inOrder, type KeyedWeights } from '../keyed-weights';
import { blockCount, blocksOf, shardOfBlock } from '../store/blocks';
import { modelPlace } from './model-place';

const line = /^(\d{1,20})\t([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\r?$/i;
const keyLimit = 2n ** 64n;
const snapshot = /_it_\d+_S\d+$/;

/** How many bytes of text are written at once. */
const portion = 2 ** 20;

/** Model files of a job with so many shards. */
export const modelFiles = (shards: number): ModelFiles => ({
  read: async (patterns) => readModel(await findModelFiles(patterns)),
  write: (prefix, model) => writeModelFiles(prefix, model, shards),
});

/** Where the files are that a training writes below a prefix: `<prefix>_S0`, `<prefix>_S1` … */
export function shardPattern(prefix: string): string {
  const name = basename(prefix).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return `${prefix.slice(0, prefix.length - basename(prefix).length)}${name}_S\\d+`;
}

/**
 * The model files that patterns name; snapshots of a training only if a pattern says so.
 * @throws {DataError} if a pattern finds nothing
 */
export async function findModelFiles(patterns: readonly string[]): Promise<readonly DataFile[]> {
  const storage = new DataStorage();
  try {
    const found = new Map<string, DataFile>();
    for (const pattern of patterns) {
      for (const file of await findFiles([pattern], storage, 'model')) {
        if (pattern.includes('_it_') || !snapshot.test(file.name)) found.set(file.name, file);
      }
    }
    return [...found.values()];
  } finally {
    await storage.close();
  }
}

/**
 * Reads model files: `key<TAB>weight` a line.
 * @throws {DataError} naming file and line if one cannot be read, is no model file, or has a key that was there before
 */
export async function readModel(files: readonly DataFile[]): Promise<KeyedWeights> {
  const storage = new DataStorage();
  const table = new KeyTable();
  const weights: number[] = [];
  try {
    for (const file of files) {
      let number = 0;
      for await (const text of linesOf(file, storage)) {
        number++;
        if (text !== '') addLine(text, `${file.name}:${number}`);
      }
    }
  } finally {
    await storage.close();
  }
  return { keys: table.keys.slice(), weights: Float64Array.from(weights) };

  function addLine(text: string, place: string): void {
    const [, keyText = '', weightText = ''] = line.exec(text) ?? [];
    const [key, weight] = [BigInt(keyText), Number(weightText)];
    if (keyText === '' || key >= keyLimit || !Number.isFinite(weight)) {
      throw new DataError(`${place}: is no line of a model file, which is a key, a tab and a weight`);
    }
    const slot = table.add(Number(key & 0xffffffffn), Number(key >> 32n));
    if (slot < weights.length) throw new DataError(`${place}: the key ${key} has a weight already`);
    weights.push(weight);
  }
}

async function* linesOf(file: DataFile, storage: FileStorage): AsyncGenerator<string> {
  const text = file.compressed ? unpack(file, storage) : storage.read(file, 0, file.size);
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * Makes sure that model files can be written below a prefix.
 * @throws {DataError} if they cannot
 */
export const requireWritableModel = (prefix: string): Promise<void> =>
  modelPlace(dirname(prefix)).requireWritable(`${basename(prefix)}_S0`);

/**
 * Writes the weights that are not 0 as text, by ascending key, to a file for each shard; files of shards that are no
 * more are removed at last.
 * @param prefix of the files, here or `s3://bucket/prefix`
 * @returns the names of the files
 */
export async function writeModelFiles(prefix: string, model: KeyedWeights, shards: number): Promise<readonly string[]> {
  const { keys, weights } = inOrder(model);
  const blocks = blocksOf(keys, blockCount(shards));
  const place = modelPlace(dirname(prefix));
  const names: string[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const name = `${basename(prefix)}_S${shard}`;
    await place.write(name, textOf(shard));
    names.push(prefix.startsWith('s3://') ? `${dirname(prefix)}/${name}` : join(dirname(prefix), name));
  }
  for (const name of await place.names(`${basename(prefix)}_S`)) {
    const [, shard] = /_S(\d+)$/.exec(name) ?? [];
    if (shard !== undefined && Number(shard) >= shards) await place.remove(name);
  }
  return names;

  function* textOf(shard: number): Generator<Buffer> {
    let text = '';
    for (let i = 0; i < keyCount(keys); i++) {
      if (shardOfBlock(blocks[i]!, shards) !== shard) continue;
      text += `${keyAt(keys, i)}\t${shortest(weights[i]!)}\n`;
      if (text.length < portion) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
  }
}

/** With 9 significant digits and without zeros at the end. */
const shortest = (weight: number): string => String(Number(weight.toPrecision(9)));
