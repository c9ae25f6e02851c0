import { scatter } from './scatter';

/**
 * Counts keys in little memory (Cormode & Muthukrishnan, 2005): each row has a cell for a key, shared with other keys,
 * and the least of a key's cells is its count. Never too low, but that it ends at the most that a cell holds. A row's
 * cell comes from two hashes (Kirsch & Mitzenmacher, 2006).
 */
export class CountMinSketch {
  /** Row after row. */
  private readonly cells: Uint8Array | Uint32Array;
  private readonly width: number;
  private readonly mostInCell: number;

  /**
   * @param bytes of all rows together
   * @param threshold below 2³² − 1; counts are told apart up to here. From 255 on cells take four bytes instead of one,
   * and there are fewer
   */
  constructor(
    private readonly rows: number,
    bytes: number,
    threshold: number,
  ) {
    const Cells = threshold < 255 ? Uint8Array : Uint32Array;
    this.width = Math.max(1, Math.floor(bytes / rows / Cells.BYTES_PER_ELEMENT));
    this.cells = new Cells(rows * this.width);
    this.mostInCell = 2 ** (8 * Cells.BYTES_PER_ELEMENT) - 1;
  }

  /** All that was counted; what is written here is counted instead. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.cells.buffer);
  }

  /** Counts a key `times` more. */
  add(low: number, high: number, times: number): void {
    const { start, stride } = hashes(low, high);
    for (let row = 0; row < this.rows; row++) {
      const cell = this.cell(row, start, stride);
      this.cells[cell] = Math.min(this.mostInCell, this.cells[cell]! + times);
    }
  }

  /** How often a key was counted, or more. */
  count(low: number, high: number): number {
    const { start, stride } = hashes(low, high);
    let least = this.mostInCell;
    for (let row = 0; row < this.rows; row++) least = Math.min(least, this.cells[this.cell(row, start, stride)]!);
    return least;
  }

  private cell(row: number, start: number, stride: number): number {
    return row * this.width + ((start + row * stride) % this.width);
  }
}

const hashes = (low: number, high: number) => ({
  start: scatter(low, high) >>> 0,
  stride: scatter(high ^ 0x5bd1e995, low) >>> 0,
});
