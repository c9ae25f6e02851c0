import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SparseRows } from '../../learning/sparse/rows';

const python = '/usr/bin/python3';

export interface Fit {
  /** One for each key of the rows. */
  readonly weights: readonly number[];
  /** Of the processor. */
  readonly seconds: number;
}

/**
 * Minimises L1 logistic regression by liblinear, as scikit-learn brings it, in at most 100 steps.
 * @param tolerances of which each gives a fit
 * @param folder for a file of the rows
 */
export function fitByLiblinear(
  rows: SparseRows,
  lambda: number,
  tolerances: readonly number[],
  folder: string,
): readonly Fit[] {
  const path = join(folder, 'rows.libsvm');
  writeFileSync(path, libsvmText(rows));
  const args = ['bench/train/liblinear.py', path, lambda, rows.keys.length / 2, ...tolerances].map(String);
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`liblinear failed (it needs apt-get install python3-sklearn): ${stderr}`);
  return JSON.parse(stdout);
}

/** Its columns ascending, each once. */
function libsvmText({ labels, offsets, features, values }: SparseRows): string {
  const lines: string[] = [];
  for (let row = 0; row < labels.length; row++) {
    const sums = new Map<number, number>();
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const feature = features[entry]!;
      sums.set(feature, (sums.get(feature) ?? 0) + (values?.[entry] ?? 1));
    }
    const cells = [...sums].toSorted(([a], [b]) => a - b).map(([feature, value]) => `${feature}:${value}`);
    lines.push([labels[row], ...cells].join(' '));
  }
  return `${lines.join('\n')}\n`;
}
