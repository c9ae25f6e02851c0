import type { Keys } from './keys';
import { scatter } from './scatter';

/** The largest share of the cells that may be filled, as numerator of a fraction of 4. */
const maxFill = 3;

/**
 * Numbers keys 0, 1, 2 … in the order they are first seen: a hash table with open addressing and linear probing
 * (Knuth, TAOCP 3, 6.4), in typed arrays that double when they fill.
 */
export class KeyTable {
  /** Slot + 1 of the key that lives in each cell; 0 is free. */
  private cells: Uint32Array;
  private words: Uint32Array;
  private count = 0;

  /** @param expected how many keys it takes without growing */
  constructor(expected = 1024) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, (expected * 4) / maxFill)));
    this.cells = new Uint32Array(size);
    this.words = new Uint32Array(2 * Math.max(16, expected));
  }

  /** How many keys are in it. */
  get size(): number {
    return this.count;
  }

  /** The keys in the order of their slots: a view that the next `add` may leave behind. */
  get keys(): Keys {
    return this.words.subarray(0, 2 * this.count);
  }

  /** The slot of a key, new if the key is. */
  add(low: number, high: number): number {
    const cell = this.cellOf(low, high);
    const found = this.cells[cell]!;
    if (found !== 0) return found - 1;
    return this.insert(cell, low, high);
  }

  /** The slot of a key, -1 if it is not here. */
  find(low: number, high: number): number {
    return this.cells[this.cellOf(low, high)]! - 1;
  }

  /** Forgets all keys and keeps the room they had. */
  clear(): void {
    this.cells.fill(0);
    this.count = 0;
  }

  private insert(cell: number, low: number, high: number): number {
    const slot = this.count++;
    if (2 * this.count > this.words.length) this.growWords();
    this.words[2 * slot] = low;
    this.words[2 * slot + 1] = high;
    this.cells[cell] = slot + 1;
    if (4 * this.count > maxFill * this.cells.length) this.growCells();
    return slot;
  }

  /** The cell that holds the key, or the free one where it belongs. */
  private cellOf(low: number, high: number): number {
    const { cells, words } = this;
    const mask = cells.length - 1;
    let cell = scatter(low, high) & mask;
    for (;;) {
      const slot = cells[cell]! - 1;
      if (slot < 0 || (words[2 * slot] === low && words[2 * slot + 1] === high)) return cell;
      cell = (cell + 1) & mask;
    }
  }

  private growWords(): void {
    const words = new Uint32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }

  private growCells(): void {
    this.cells = new Uint32Array(2 * this.cells.length);
    for (let slot = 0; slot < this.count; slot++) {
      this.cells[this.cellOf(this.words[2 * slot]!, this.words[2 * slot + 1]!)] = slot + 1;
    }
  }
}
