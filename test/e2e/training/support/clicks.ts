import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../../learning/random';

/** Keys that tell who clicks; the lower, the more frequent. */
const keySpace = 2000;
const keysPerRow = 10;

/** Clicks in LIBSVM lines: a few of many keys, each of which has its weight in what is clicked. */
export function clickLines(count: number, seed: number): readonly string[] {
  const random = new Random(seed);
  const weights = Array.from({ length: keySpace }, (_, key) => Math.sin(key));
  return Array.from({ length: count }, () => {
    const keys = new Set(Array.from({ length: keysPerRow }, () => Math.floor(keySpace * random.uniform() ** 3)));
    const margin = [...keys].reduce((sum, key) => sum + weights[key]!, -1);
    const label = random.uniform() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    return `${label} ${[...keys].map((key) => `${key}:1`).join(' ')}`;
  });
}

/** Rows of training data that show in the model how often each was learned from. */
export const countedRows = 24_000;
const firstOwnKey = 1_000_000;
const minibatch = 100;

export interface ClickOptions {
  readonly seed: number;
  /**
   * How many the rows are in.
   * @default 12
   */
  readonly files?: number;
}

/**
 * Writes the configuration and the data of a training. Each row has a key of its own. Every other row has no further
 * key, so that nothing else changes that key's weight.
 * @returns the file of the configuration
 */
export function writeCountedClicks(folder: string, { seed, files = 12 }: ClickOptions): string {
  const rows = clickLines(countedRows / 2, seed).flatMap((line, i) => [
    `${line} ${firstOwnKey + 2 * i}:1\n`,
    `1 ${firstOwnKey + 2 * i + 1}:1\n`,
  ]);
  for (let file = 0; file < files; file++) {
    const part = rows.slice((file * countedRows) / files, ((file + 1) * countedRows) / files);
    writeFileSync(join(folder, `part-${String(file).padStart(2, '0')}`), part.join(''));
  }
  writeFileSync(join(folder, 'test'), clickLines(20_000, -seed).join('\n'));
  const conf = join(folder, 'ctr.conf');
  writeFileSync(
    conf,
    `training_data { format: TEXT text: LIBSVM file: "${folder}/part.*" }
validation_data { format: TEXT text: LIBSVM file: "${folder}/test" }
model_output { format: TEXT file: "ctr" }
loss { type: LOGIT }
penalty { type: L1 lambda: 0 }
learning_rate { type: DECAY alpha: 0.1 beta: 1 }
async_sgd { algo: FTRL minibatch: ${minibatch} }
`,
  );
  return conf;
}

/** The weight of a row's own key after one step of FTRL from 0, where g is -1/2: -z / ((β + √N) / α). */
const weightOfOne = 0.5 / ((1 + 0.5) / 0.1);

/** How the rows of a training are in its model. */
export interface RowCounts {
  /** Rows that were not learned from. */
  readonly lost: number;
  /** Rows that were learned from more than once, of every other row. */
  readonly repeated: number;
}

/** Counts the rows in the model files of a folder. */
export function countRows(folder: string): RowCounts {
  const weights = new Map<number, number>();
  for (const name of readdirSync(folder).filter((file) => /_S\d+$/.test(file))) {
    for (const line of readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')) {
      const [key, weight] = line.split('\t').map(Number);
      weights.set(key!, weight!);
    }
  }
  const own = Array.from({ length: countedRows }, (_, row) => weights.get(firstOwnKey + row));
  return {
    lost: own.filter((weight) => weight === undefined).length,
    repeated: own.filter((weight, row) => row % 2 === 1 && weight && Math.abs(weight - weightOfOne) > 1e-6).length,
  };
}
