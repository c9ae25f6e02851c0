import { scatter } from './scatter';

const mostInCell = 255;

/**
 * Counts keys in little memory (Cormode & Muthukrishnan, 2005): each row has a cell for a key, shared with other keys,
 * and the least of a key's cells is its count. Never too low, but that it ends at 255. A row's cell comes from two
 * hashes (Kirsch & Mitzenmacher, 2006).
 */
export class CountMinSketch {
  /** Row after row; a byte a cell. */
  readonly cells: Uint8Array;
  private readonly width: number;

  /** @param bytes of all rows together */
  constructor(
    private readonly rows: number,
    bytes: number,
  ) {
    this.width = Math.max(1, Math.floor(bytes / rows));
    this.cells = new Uint8Array(rows * this.width);
  }

  /** Counts a key `times` more. */
  add(low: number, high: number, times: number): void {
    const { start, stride } = hashes(low, high);
    for (let row = 0; row < this.rows; row++) {
      const cell = this.cell(row, start, stride);
      this.cells[cell] = Math.min(mostInCell, this.cells[cell]! + times);
    }
  }

  /** How often a key was counted, or more. */
  count(low: number, high: number): number {
    const { start, stride } = hashes(low, high);
    let least = mostInCell;
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
