import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../learning/random';

/** Weights that the clicks of the data follow, by key. */
export const trueWeights = new Map([
  [3n, 2],
  [11n, -2],
  [2n ** 64n - 1n, 1],
  [2n ** 63n + 1n, 0],
]);

/** Writes lines of LIBSVM whose labels follow the weights. @returns the path of the file */
export function writeClicks(folder: string, name: string, lines: number, seed: number): string {
  const random = new Random(seed);
  const text = Array.from({ length: lines }, () => {
    const keys = [...trueWeights.keys()].filter(() => random.uniform() < 0.5);
    const margin = keys.reduce((sum, key) => sum + trueWeights.get(key)!, 0);
    const label = random.uniform() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    return `${label} ${keys.map((key) => `${key}:1`).join(' ')}\n`;
  });
  const path = join(folder, name);
  writeFileSync(path, text.join(''));
  return path;
}

/** A configuration of FTRL over `train.svm` and `test.svm`. */
export const clickConf = `
training_data { format: TEXT text: LIBSVM file: "train.svm" }
validation_data { format: TEXT text: LIBSVM file: "test.svm" }
model_output { format: TEXT file: "model/ctr" }
loss { type: LOGIT }
penalty { type: L1 lambda: 0.1 }
learning_rate { type: DECAY alpha: 0.5 beta: 1 }
async_sgd { algo: FTRL minibatch: 50 num_data_pass: 10 }
`;
