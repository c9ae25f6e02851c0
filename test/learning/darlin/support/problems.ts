import { Random } from '../../../../learning/random';
import { KeyTable } from '../../../../learning/sparse/key-table';
import type { SparseRows } from '../../../../learning/sparse/rows';

export interface Entry {
  readonly key: number;
  readonly value: number;
  readonly group: number;
}

/** A row as one would write it down. */
export interface Example {
  readonly label: number;
  readonly entries: readonly Entry[];
}

/** Rows in the form that is learned from. */
export function sparseRows(examples: readonly Example[], importances?: readonly number[]): SparseRows {
  const table = new KeyTable();
  const offsets = [0];
  const features: number[] = [];
  const values: number[] = [];
  const groups: number[] = [];
  for (const { entries } of examples) {
    for (const { key, value, group } of entries) {
      const slot = table.add(key, 0);
      features.push(slot);
      values.push(value);
      groups[slot] = Math.min(groups[slot] ?? Number.POSITIVE_INFINITY, group);
    }
    offsets.push(features.length);
  }
  return {
    labels: Float64Array.from(examples, ({ label }) => label),
    importances: importances && Float64Array.from(importances),
    offsets: Uint32Array.from(offsets),
    features: Uint32Array.from(features),
    values: Float64Array.from(values),
    keys: table.keys,
    groups: Uint16Array.from(groups),
  };
}

/** Rows as a dense matrix with a column for each key below `width`. */
export function denseMatrix(examples: readonly Example[], width: number): Float64Array[] {
  return examples.map(({ entries }) => {
    const row = new Float64Array(width);
    for (const { key, value } of entries) row[key]! += value;
    return row;
  });
}

class Draws {
  private readonly random: Random;
  constructor(seed: number) {
    this.random = new Random(seed);
  }
  uniform = (): number => this.random.uniform();
  below = (limit: number): number => this.random.below(limit);
  /** Normal (0, 1), by Box and Muller. */
  normal = (): number => Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  normals = (length: number): number[] => Array.from({ length }, this.normal);
  /** +1 with the probability that the logistic model gives it. */
  label = (margin: number): number => (this.uniform() < 1 / (1 + Math.exp(-margin)) ? 1 : -1);
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** An example with a value for each column; the columns are dealt out to some groups in turn. */
const dense = (label: number, row: readonly number[], groups = 1): Example => ({
  label,
  entries: row.map((value, key) => ({ key, value, group: 1 + (key % groups) })),
});

/** Seeded problems that are hard in one way each, all keys below `width`. */
export const problems = {
  collinear(seed: number) {
    const { normals, normal, label } = new Draws(seed);
    const weights = normals(24);
    const examples = Array.from({ length: 200 }, () => {
      const base = normals(8);
      const row = [...base, ...base, ...base.map((x) => x + 1e-4 * normal())];
      return dense(label(dot(row, weights) / 3), row, 2);
    });
    return { examples, width: 24, lambda: 0.1 };
  },
  oneHotGroups(seed: number) {
    const { normals, uniform, label } = new Draws(seed);
    const weights = normals(100);
    const examples = Array.from({ length: 600 }, () => {
      const keys = Array.from({ length: 5 }, (_, group) => 20 * group + Math.floor(20 * uniform() ** 2));
      return {
        label: label(keys.reduce((sum, key) => sum + weights[key]! / 2, -1)),
        entries: keys.map((key) => ({ key, value: 1, group: 1 + Math.floor(key / 20) })),
      };
    });
    return { examples, width: 100, lambda: 0.5 };
  },
  badlyScaled(seed: number) {
    const { normals, uniform, label } = new Draws(seed);
    const scales = Array.from({ length: 20 }, () => 10 ** (8 * uniform() - 4));
    const weights = normals(20);
    const examples = Array.from({ length: 300 }, () => {
      const row = normals(20).map((x, i) => x + (i % 3));
      return dense(
        label(dot(row, weights) / 2),
        row.map((x, i) => x * scales[i]!),
        3,
      );
    });
    return { examples, width: 20, lambda: 0.2 };
  },
  wideWithFewRows(seed: number) {
    const { normals, label } = new Draws(seed);
    const examples = Array.from({ length: 25 }, () => {
      const row = normals(150);
      return dense(label(2 * row[0]! - 2 * row[1]! + row[2]!), row, 7);
    });
    return { examples, width: 150, lambda: 0.05 };
  },
  wideAndSparse(seed: number) {
    const { below, normals, uniform, label } = new Draws(seed);
    const weights = normals(120);
    const examples = Array.from({ length: 60 }, () => {
      const entries = Array.from({ length: 6 }, () => ({
        key: Math.floor(120 * uniform() ** 2),
        value: 1 + below(2),
        group: 1,
      }));
      return { label: label(entries.reduce((sum, { key, value }) => sum + weights[key]! * value, 0)), entries };
    });
    return { examples, width: 120, lambda: 0.01 };
  },
  nestedIndicators(seed: number) {
    const { below, normals, label } = new Draws(seed);
    const jumps = normals(40);
    const examples = Array.from({ length: 300 }, () => {
      const keys = Array.from({ length: 1 + below(40) }, (_, key) => key);
      return {
        label: label(keys.reduce((sum, key) => sum + jumps[key]! / 3, 0)),
        entries: keys.map((key) => ({ key, value: 1, group: 1 })),
      };
    });
    return { examples, width: 40, lambda: 0.1 };
  },
  oneBlock(seed: number) {
    const { below, normals, label } = new Draws(seed);
    const weights = normals(40);
    const examples = Array.from({ length: 400 }, () => {
      const key = below(40);
      return { label: label(weights[key]!), entries: [{ key, value: 1, group: 1 }] };
    });
    return { examples, width: 40, lambda: 1 };
  },
} as const;
