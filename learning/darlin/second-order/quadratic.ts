import type { Columns, WeightedColumns } from '../batch-worker';
import { triangleRow } from './gram';

/** The quadratic form ½dᵀHd at a point d that moves; it starts at 0. */
export interface Quadratic {
  /** Of H. */
  readonly diagonal: Float64Array;
  /** How many multiplications Hv takes at most if all but `count` elements of v are 0. */
  work(count: number): number;
  /** Element j of Hd at the point. */
  slope(j: number): number;
  /** Adds to element j of the point. */
  move(j: number, by: number): void;
  /** Hv for a vector that is 0 except at the positions `at`, and only there. */
  multiply(at: Uint32Array, v: Float64Array): Float64Array;
}

/** H as the lower triangle of a matrix. */
export class MatrixQuadratic implements Quadratic {
  readonly diagonal: Float64Array;
  /** H whole, so that its rows can be read in one run. */
  private readonly rows: readonly Float64Array[];
  private readonly product: Float64Array;

  constructor(triangle: Float64Array, width: number) {
    this.rows = Array.from({ length: width }, () => new Float64Array(width));
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        const value = triangle[triangleRow(i) + j]!;
        this.rows[i]![j] = value;
        this.rows[j]![i] = value;
      }
    }
    this.diagonal = Float64Array.from(this.rows, (row, i) => row[i]!);
    this.product = new Float64Array(width);
  }

  work(count: number): number {
    return count * this.rows.length;
  }

  slope(j: number): number {
    return this.product[j]!;
  }

  move(j: number, by: number): void {
    const { product } = this;
    const row = this.rows[j]!;
    for (let i = 0; i < product.length; i++) product[i]! += by * row[i]!;
  }

  multiply(at: Uint32Array, v: Float64Array): Float64Array {
    const product = new Float64Array(at.length);
    for (let k = 0; k < at.length; k++) {
      const row = this.rows[at[k]!]!;
      let sum = 0;
      for (let i = 0; i < at.length; i++) sum += row[at[i]!]! * v[i]!;
      product[k] = sum;
    }
    return product;
  }
}

/** H = XᵀDX as the columns of X, for so many columns that the matrix would not fit. */
export class ColumnQuadratic implements Quadratic {
  readonly diagonal: Float64Array;
  /** DXd. */
  private readonly pulls: Float64Array;

  constructor(private readonly source: WeightedColumns) {
    const { columns, weights } = source;
    const { offsets, rows, values } = columns;
    this.pulls = new Float64Array(weights.length);
    this.diagonal = new Float64Array(offsets.length - 1);
    for (let j = 0; j < this.diagonal.length; j++) {
      for (let entry = offsets[j]!; entry < offsets[j + 1]!; entry++) {
        this.diagonal[j]! += weights[rows[entry]!]! * (values === undefined ? 1 : values[entry]!) ** 2;
      }
    }
  }

  work(count: number): number {
    return 2 * this.source.columns.rows.length * (count / this.diagonal.length);
  }

  slope(j: number): number {
    return this.slopeOf(this.pulls, j);
  }

  move(j: number, by: number): void {
    const { columns, weights } = this.source;
    const { offsets, rows, values } = columns;
    for (let entry = offsets[j]!; entry < offsets[j + 1]!; entry++) {
      const row = rows[entry]!;
      this.pulls[row]! += by * weights[row]! * (values === undefined ? 1 : values[entry]!);
    }
  }

  multiply(at: Uint32Array, v: Float64Array): Float64Array {
    const { columns, weights } = this.source;
    const pulls = new Float64Array(weights.length);
    for (let i = 0; i < at.length; i++) addColumn(pulls, columns, at[i]!, v[i]!);
    for (let row = 0; row < pulls.length; row++) pulls[row]! *= weights[row]!;
    const product = new Float64Array(at.length);
    for (let i = 0; i < at.length; i++) product[i] = this.slopeOf(pulls, at[i]!);
    return product;
  }

  private slopeOf(pulls: Float64Array, j: number): number {
    const { offsets, rows, values } = this.source.columns;
    const end = offsets[j + 1]!;
    let sum = 0;
    if (values === undefined) for (let entry = offsets[j]!; entry < end; entry++) sum += pulls[rows[entry]!]!;
    else for (let entry = offsets[j]!; entry < end; entry++) sum += pulls[rows[entry]!]! * values[entry]!;
    return sum;
  }
}

/** Adds a multiple of a column. */
function addColumn(sum: Float64Array, { offsets, rows, values }: Columns, j: number, factor: number): void {
  for (let entry = offsets[j]!; entry < offsets[j + 1]!; entry++) {
    sum[rows[entry]!]! += factor * (values === undefined ? 1 : values[entry]!);
  }
}
