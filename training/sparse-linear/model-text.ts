import { readFile } from 'node:fs/promises';
import { compareKeys, type Keys, toKeys } from '../../learning/sparse/keys';
import type { KeyedWeights } from '../darlin/starting-weights';
import { DataError, DataExitCode } from '../data-error';

const line = /^(\d+)\t([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\r?$/i;
const keyLimit = 2n ** 64n;

/**
 * Reads the text files of a model, `key<TAB>weight` a line, such as the `<file>_S0`, `<file>_S1` … of a job.
 * @throws {DataError} naming file and line if one is absent, is no model file, or has a key that was there before
 */
export async function readModelText(files: readonly string[]): Promise<KeyedWeights> {
  const weights = new Map<bigint, number>();
  for (const file of files) {
    const lines = (await readText(file)).split('\n');
    for (const [i, text] of lines.entries()) {
      if (text === '') continue;
      const [, keyText = '', weightText = ''] = line.exec(text) ?? [];
      const [key, weight] = [BigInt(keyText), Number(weightText)];
      if (keyText === '' || key >= keyLimit || !Number.isFinite(weight)) {
        throw new DataError(`${file}:${i + 1}: is no line of a model file, which is a key, a tab and a weight`);
      }
      if (weights.has(key)) throw new DataError(`${file}:${i + 1}: the key ${key} has a weight already`);
      weights.set(key, weight);
    }
  }
  if (weights.size === 0) throw new DataError(`${files.join(', ')}: no weight in there`);
  return { keys: toKeys(weights.keys()), weights: Float64Array.from(weights.values()) };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new DataError(`${file}: there is no such file`, DataExitCode.absent);
    throw new DataError(`${file}: cannot be read: ${message}`, DataExitCode.noAccess);
  }
}

/** The weights that are not 0, by ascending key. */
export function inOrder({ keys, weights }: KeyedWeights): KeyedWeights {
  const order = [...weights.keys()].filter((i) => weights[i] !== 0).sort((a, b) => compareKeys(keys, a, keys, b));
  const sorted: Keys = new Uint32Array(2 * order.length);
  for (const [place, i] of order.entries()) sorted.set(keys.subarray(2 * i, 2 * i + 2), 2 * place);
  return { keys: sorted, weights: Float64Array.from(order, (i) => weights[i]!) };
}
