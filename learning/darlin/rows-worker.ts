import { KeyTable } from '../sparse/key-table';
import type { Keys } from '../sparse/keys';
import type { SparseRows } from '../sparse/rows';
import type { BatchWorker, Columns, Evaluation, Slopes, Summary, WeightedColumns } from './batch-worker';
import { columnsOf, pickColumns } from './columns';
import { bend, entropy, logLoss, lossChange, otherLabel } from './logistic';
import { gramMatrix } from './second-order/gram';

/** The number of no feature. */
const nowhere = 2 ** 32 - 1;

/**
 * The largest factor by which τ(1 − τ) grows while a margin changes by at most `width`. Beyond 700 the bound of ¼ holds
 * anyway, and an infinite factor would spoil what is 0.
 */
const growthOver = (width: number): number => Math.exp(Math.min(width, 700));

/** The worker's half of DARLIN, over rows in memory. Labels are ±1. */
export class RowsWorker implements BatchWorker {
  private readonly labels: Float64Array;
  private readonly importances: Float64Array;
  private readonly seen: { readonly keys: Keys; readonly groups: Uint16Array };
  private columnsHere: Columns;

  /** y·m of each row. */
  private readonly margins: Float64Array;
  /** h·(−yτ) of each row, h the row's importance. */
  private readonly pulls: Float64Array;
  /** τ(1 − τ) of each row. */
  private readonly bends: Float64Array;

  /** What the change that is aimed at adds to each margin, and the rows where that is not 0. */
  private readonly aimed: Float64Array;
  private readonly touched: Uint32Array;
  private touchedCount = 0;

  constructor(rows: SparseRows) {
    const examples = rows.offsets.length - 1;
    this.labels = rows.labels;
    this.importances = rows.importances ?? new Float64Array(examples).fill(1);
    this.seen = { keys: rows.keys, groups: rows.groups ?? new Uint16Array(rows.keys.length / 2) };
    this.columnsHere = columnsOf(rows);
    this.margins = new Float64Array(examples);
    this.pulls = new Float64Array(examples);
    this.bends = new Float64Array(examples);
    this.aimed = new Float64Array(examples);
    this.touched = new Uint32Array(examples);
    this.refresh();
  }

  async summarise(): Promise<Summary> {
    const { offsets } = this.columnsHere;
    const counts = Float64Array.from(offsets.subarray(1), (end, j) => end - offsets[j]!);
    return { examples: this.labels.length, counts, ...this.seen };
  }

  async arrange(keys: Keys): Promise<void> {
    const table = new KeyTable(this.seen.keys.length / 2);
    for (let i = 0; i < this.seen.keys.length; i += 2) table.add(this.seen.keys[i]!, this.seen.keys[i + 1]!);
    const order = new Uint32Array(keys.length / 2);
    for (let feature = 0; feature < order.length; feature++) {
      const found = table.find(keys[2 * feature]!, keys[2 * feature + 1]!);
      order[feature] = found < 0 ? nowhere : found;
    }
    this.columnsHere = pickColumns(this.columnsHere, order);
  }

  async place(weights: Float64Array): Promise<void> {
    this.margins.fill(0);
    const { offsets, rows, values } = this.columnsHere;
    weights.forEach((weight, feature) => {
      if (weight === 0) return;
      for (let entry = offsets[feature]!; entry < offsets[feature + 1]!; entry++) {
        const row = rows[entry]!;
        this.margins[row]! += this.labels[row]! * weight * (values === undefined ? 1 : values[entry]!);
      }
    });
    this.refresh();
  }

  async evaluate(): Promise<Evaluation> {
    let loss = 0;
    for (const [row, margin] of this.margins.entries()) loss += this.importances[row]! * logLoss(margin);
    const slopes = new Float64Array(this.columnsHere.offsets.length - 1);
    for (let feature = 0; feature < slopes.length; feature++) slopes[feature] = this.slope(feature);
    return { loss, slopes };
  }

  async slopes(features: Uint32Array, widths: Float64Array): Promise<Slopes> {
    const slopes = Float64Array.from(features, (feature) => this.slope(feature));
    const curvatures = Float64Array.from(features, (feature, i) => this.curvature(feature, widths[i]!));
    return { slopes, curvatures };
  }

  async aim(features: Uint32Array, change: Float64Array): Promise<void> {
    this.forget();
    const { offsets, rows, values } = this.columnsHere;
    const isTouched = new Uint8Array(this.aimed.length);
    features.forEach((feature, i) => {
      const by = change[i]!;
      if (by === 0) return;
      for (let entry = offsets[feature]!; entry < offsets[feature + 1]!; entry++) {
        const row = rows[entry]!;
        if (isTouched[row] === 0) {
          isTouched[row] = 1;
          this.touched[this.touchedCount++] = row;
        }
        this.aimed[row]! += this.labels[row]! * by * (values === undefined ? 1 : values[entry]!);
      }
    });
  }

  async tryShares(shares: Float64Array): Promise<Float64Array> {
    return shares.map((share) => {
      let change = 0;
      for (const row of this.touchedRows()) {
        change += this.importances[row]! * lossChange(this.margins[row]!, share * this.aimed[row]!);
      }
      return change;
    });
  }

  async move(share: number): Promise<void> {
    for (const row of this.touchedRows()) {
      this.margins[row]! += share * this.aimed[row]!;
      this.refreshRow(row);
    }
    this.forget();
  }

  async gram(features: Uint32Array, width: number): Promise<Float64Array> {
    return gramMatrix(await this.columns(features, width));
  }

  async columns(features: Uint32Array, width: number): Promise<WeightedColumns> {
    const growth = growthOver(width);
    const weights = this.bends.map((bend, row) => this.importances[row]! * Math.min(bend * growth, 0.25));
    return { columns: pickColumns(this.columnsHere, features), weights };
  }

  async dual(scale: number): Promise<number> {
    let sum = 0;
    for (const [row, margin] of this.margins.entries()) {
      sum += this.importances[row]! * entropy(scale * otherLabel(margin));
    }
    return sum;
  }

  private slope(feature: number): number {
    const { offsets, rows, values } = this.columnsHere;
    let sum = 0;
    for (let entry = offsets[feature]!; entry < offsets[feature + 1]!; entry++) {
      sum += this.pulls[rows[entry]!]! * (values === undefined ? 1 : values[entry]!);
    }
    return sum;
  }

  private curvature(feature: number, width: number): number {
    const { offsets, rows, values } = this.columnsHere;
    let sum = 0;
    let last = 1;
    let growth = growthOver(width);
    for (let entry = offsets[feature]!; entry < offsets[feature + 1]!; entry++) {
      const row = rows[entry]!;
      const x = values === undefined ? 1 : Math.abs(values[entry]!);
      if (x !== last) {
        last = x;
        growth = growthOver(x * width);
      }
      sum += this.importances[row]! * Math.min(this.bends[row]! * growth, 0.25) * x * x;
    }
    return sum;
  }

  private touchedRows(): Uint32Array {
    return this.touched.subarray(0, this.touchedCount);
  }

  private forget(): void {
    for (const row of this.touchedRows()) this.aimed[row] = 0;
    this.touchedCount = 0;
  }

  private refresh(): void {
    for (let row = 0; row < this.margins.length; row++) this.refreshRow(row);
  }

  private refreshRow(row: number): void {
    const margin = this.margins[row]!;
    this.pulls[row] = -this.importances[row]! * this.labels[row]! * otherLabel(margin);
    this.bends[row] = bend(margin);
  }
}
