import type { WeightedColumns } from './batch-worker';
import { triangleRow } from './gram';

/** The quadratic form ½dᵀHd at a point d that moves; it starts at 0. */
export interface Quadratic {
  /** Of H. */
  readonly diagonal: Float64Array;
  /** Multiplications that Hv takes. */
  readonly work: number;
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
  readonly work: number;
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
    this.work = width ** 2;
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
    return Float64Array.from(at, (j) => {
      const row = this.rows[j]!;
      let sum = 0;
      for (let i = 0; i < at.length; i++) sum += row[at[i]!]! * v[i]!;
      return sum;
    });
  }
}

/** H = XᵀDX as the columns of X, for so many columns that the matrix would not fit. */
export class ColumnQuadratic implements Quadratic {
  readonly diagonal: Float64Array;
  readonly work: number;
  /** Xd. */
  private readonly point: Float64Array;

  constructor(private readonly source: WeightedColumns) {
    const { columns, weights } = source;
    const { offsets, rows, values } = columns;
    this.point = new Float64Array(weights.length);
    this.work = 2 * rows.length;
    this.diagonal = Float64Array.from(offsets.subarray(1), (end, j) => {
      let sum = 0;
      for (let entry = offsets[j]!; entry < end; entry++) {
        sum += weights[rows[entry]!]! * (values === undefined ? 1 : values[entry]!) ** 2;
      }
      return sum;
    });
  }

  slope(j: number): number {
    return this.slopeAt(this.point, j);
  }

  move(j: number, by: number): void {
    this.addTo(this.point, j, by);
  }

  multiply(at: Uint32Array, v: Float64Array): Float64Array {
    const margins = new Float64Array(this.point.length);
    at.forEach((j, i) => {
      this.addTo(margins, j, v[i]!);
    });
    return Float64Array.from(at, (j) => this.slopeAt(margins, j));
  }

  private slopeAt(margins: Float64Array, j: number): number {
    const { columns, weights } = this.source;
    const { offsets, rows, values } = columns;
    let sum = 0;
    for (let entry = offsets[j]!; entry < offsets[j + 1]!; entry++) {
      const row = rows[entry]!;
      sum += weights[row]! * margins[row]! * (values === undefined ? 1 : values[entry]!);
    }
    return sum;
  }

  private addTo(margins: Float64Array, j: number, by: number): void {
    const { offsets, rows, values } = this.source.columns;
    for (let entry = offsets[j]!; entry < offsets[j + 1]!; entry++) {
      margins[rows[entry]!]! += by * (values === undefined ? 1 : values[entry]!);
    }
  }
}
