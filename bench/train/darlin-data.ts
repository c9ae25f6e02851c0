import { Random } from '../../learning/random';
import { KeyTable } from '../../learning/sparse/key-table';
import type { SparseRows } from '../../learning/sparse/rows';

/** Values by their columns. */
type Row = readonly (readonly [column: number, value: number])[];

/** Data that L1 logistic regression is hard on, in one way each. Labels are drawn from a logistic model. */
export interface GeneratedData {
  readonly name: string;
  readonly lambda: number;
  make(random: Random): { readonly columns: number; row(): Row };
  readonly rows: number;
  /** The group of a column; all in one by default. */
  group?(column: number): number;
}

export const generatedData: readonly GeneratedData[] = [
  {
    name: 'collinear: 100 columns twice, and a third time with noise of 1e-4',
    rows: 2000,
    lambda: 0.1,
    make: (random) => ({
      columns: 300,
      row() {
        const base = normals(random, 100);
        return numbered([...base, ...base, ...base.map((x) => x + 1e-4 * normal(random))]);
      },
    }),
  },
  {
    name: 'one-hot: 10 groups of 200 values',
    rows: 20_000,
    lambda: 0.5,
    group: (column) => 1 + Math.floor(column / 200),
    make: (random) => ({
      columns: 2000,
      row: () => Array.from({ length: 10 }, (_, group) => [200 * group + Math.floor(200 * random.uniform() ** 2), 1]),
    }),
  },
  {
    name: 'badly scaled: 100 columns of units from 1e-4 to 1e4',
    rows: 2000,
    lambda: 0.2,
    make(random) {
      const units = Array.from({ length: 100 }, () => 10 ** (8 * random.uniform() - 4));
      return { columns: 100, row: () => numbered(units.map((unit) => unit * (1 + normal(random)))) };
    },
  },
  {
    name: 'wide: 5000 columns, 100 rows',
    rows: 100,
    lambda: 0.05,
    make: (random) => ({ columns: 5000, row: () => numbered(normals(random, 5000)) }),
  },
  {
    name: 'wide and sparse: 30,000 columns, 30 a row',
    rows: 3000,
    lambda: 0.1,
    make: (random) => ({
      columns: 30_000,
      row: () => Array.from({ length: 30 }, () => [Math.floor(30_000 * random.uniform() ** 2), 1]),
    }),
  },
  {
    name: 'text: 100,000 words, 60 a row',
    rows: 5000,
    lambda: 0.3,
    make: (random) => ({
      columns: 100_000,
      row: () => Array.from({ length: 60 }, () => [Math.floor(100_000 * random.uniform() ** 4), 1 + random.below(3)]),
    }),
  },
  {
    name: 'separable: 10,000 columns, 40 a row',
    rows: 1000,
    lambda: 0.001,
    make: (random) => ({
      columns: 10_000,
      row: () => Array.from({ length: 40 }, () => [Math.floor(10_000 * random.uniform() ** 2), normal(random)]),
    }),
  },
  {
    name: 'collinear and sparse: 2000 columns twice, and a third time with noise of 1e-3',
    rows: 3000,
    lambda: 0.1,
    make: (random) => ({
      columns: 6000,
      row: () =>
        Array.from({ length: 15 }, () => Math.floor(2000 * random.uniform() ** 2)).flatMap(
          (column): Row => [
            [column, 1],
            [2000 + column, 1],
            [4000 + column, 1 + 1e-3 * normal(random)],
          ],
        ),
    }),
  },
  {
    name: 'nested: column j is 1 in the rows above a bound',
    rows: 3000,
    lambda: 0.3,
    make: (random) => ({
      columns: 500,
      row: () => Array.from({ length: 1 + random.below(500) }, (_, column) => [column, 1]),
    }),
  },
  {
    name: 'one block: one of 1000 columns a row',
    rows: 20_000,
    lambda: 1,
    make: (random) => ({ columns: 1000, row: () => [[random.below(1000), 1]] }),
  },
];

/** Makes the rows, the same for the same seed. */
export function generateRows({ make, rows, group }: GeneratedData, seed: number, share = 1): SparseRows {
  const random = new Random(seed);
  const { columns, row } = make(random);
  const truth = Float64Array.from(normals(random, columns));
  const table = new KeyTable();
  const labels = new Float64Array(Math.ceil(rows * share));
  const offsets = new Uint32Array(labels.length + 1);
  const features: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    const entries = row();
    let margin = 0;
    let size = 0;
    for (const [column, value] of entries) {
      features.push(table.add(column, 0));
      values.push(value);
      margin += truth[column]! * value;
      size += value * value;
    }
    // Margins of about 2, whatever the units.
    labels[i] = random.uniform() < 1 / (1 + Math.exp((-2 * margin) / Math.sqrt(size))) ? 1 : -1;
    offsets[i + 1] = features.length;
  }
  const { keys } = table;
  return {
    labels,
    importances: undefined,
    offsets,
    features: Uint32Array.from(features),
    values: Float64Array.from(values),
    keys,
    groups: Uint16Array.from({ length: table.size }, (_, i) => group?.(keys[2 * i]!) ?? 1),
  };
}

/** Normal (0, 1), by Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());

const normals = (random: Random, length: number): number[] => Array.from({ length }, () => normal(random));

const numbered = (values: readonly number[]): Row => values.map((value, column) => [column, value]);
