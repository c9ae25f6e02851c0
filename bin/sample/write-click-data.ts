import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Click, ClickData } from '../../learning/sample/click-data';
import { makeFolder, refuseOverwriting, writeLines } from './write-lines';

/** What is written where. */
export interface ClickFiles {
  /** Folder of the files; it is made if it is not there. */
  readonly out: string;
  /** Lines to train on; a tenth as many are written to test with. */
  readonly lines: number;
  readonly keys: number;
  readonly seed: number;
  /** Whether files that are there may be replaced. */
  readonly force: boolean;
}

export interface WrittenClicks {
  readonly train: { readonly file: string; readonly lines: number };
  readonly test: { readonly file: string; readonly lines: number };
  readonly conf: string;
}

export const keysPerLine = 32;

const model = { keysPerLine, exponent: 1.3, weightDeviation: 0.4 };

/**
 * Writes click data in the format SPARSE_BINARY, to train and to test, and a configuration that trains on it.
 * @param onProgress hears how many lines of a file are written
 * @throws {CommandError} if a file is there already
 */
export async function writeClickData(
  { out, lines, keys, seed, force }: ClickFiles,
  onProgress: (file: string, lines: number) => void,
): Promise<WrittenClicks> {
  const train = { file: join(out, 'ctr.train'), lines };
  const test = { file: join(out, 'ctr.test'), lines: Math.ceil(lines / 10) };
  const conf = join(out, 'ctr.conf');
  if (!force) await refuseOverwriting([train.file, test.file, conf]);
  await makeFolder(out);
  const data = new ClickData({ ...model, keys, seed });
  for (const { file, lines } of [train, test]) {
    const clicks = data.draw(file === train.file ? 'train' : 'test');
    await writeLines(file, linesOf(clicks, lines), (n) => onProgress(file, n));
  }
  await writeFile(conf, configuration(resolve(out)));
  return { train, test, conf };
}

function* linesOf(clicks: Generator<Click>, count: number): Generator<string> {
  for (let line = 0; line < count; line++) {
    const { label, keys } = clicks.next().value;
    yield `${label};1 ${keys.join(' ')};`;
  }
}

const configuration = (folder: string): string => `# Trains on clicks that were made by 'modelapp sample ctr'.
training_data {
  format: TEXT
  text: SPARSE_BINARY
  file: ${quoted(join(folder, 'ctr.train'))}
}
validation_data {
  format: TEXT
  text: SPARSE_BINARY
  file: ${quoted(join(folder, 'ctr.test'))}
}
model_output {
  format: TEXT
  file: ${quoted(join(folder, 'model', 'ctr'))}
}
loss { type: LOGIT }
penalty { type: L1 lambda: 1 }
learning_rate { type: DECAY alpha: 0.1 beta: 1 }
async_sgd {
  algo: FTRL
  minibatch: 1000
  num_data_pass: 1
}
`;

const quoted = (path: string): string => `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
