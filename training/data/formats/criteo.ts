import { KeyHash } from '../../../learning/sparse/key-hash';
import type { RowBuilder } from '../../../learning/sparse/row-builder';
import { BadLineFault, excerpt } from './bad-line';
import type { LineParser } from './line-parser';
import { LineScanner } from './line-scanner';

const tab = 0x09;
const minus = 0x2d;
const columns = 40;
const integers = 13;
/** Strings this short or shorter are left out. */
const shortString = 4;
/** What the keys of integer i are shifted by: i times this, modulo 2⁶⁴. */
const shifts = Array.from({ length: integers }, (_, i) => {
  const shift = BigInt.asUintN(64, 1418980313362273201n * BigInt(i));
  return { low: Number(shift & 0xffffffffn), high: Number(shift >> 32n) };
});

/** CRITEO: 40 columns, set apart by tabs: the label, 13 integers, 26 strings. */
export class CriteoParser implements LineParser {
  private readonly scanner = new LineScanner('');
  private readonly hash = new KeyHash();

  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void {
    const { scanner } = this;
    let label = 0;
    let at = start;
    for (let column = 0; column < columns; column++) {
      if (at > end) throw new BadLineFault(`has ${column} columns, not ${columns}`);
      const fieldEnd = endOfField(bytes, at, end);
      if (column === 0) {
        scanner.open(bytes, at, fieldEnd);
        label = scanner.readInteger('label');
        this.checkFilled(bytes, at, fieldEnd, 'label');
      } else if (column <= integers) {
        this.addInteger(bytes, at, fieldEnd, column, rows);
      } else if (fieldEnd - at > shortString) {
        this.hash.hash(bytes, at, fieldEnd);
        rows.add(this.hash.low, this.hash.high, 1, column);
      }
      at = fieldEnd + 1;
    }
    if (at <= end) throw new BadLineFault(`has more than ${columns} columns`);
    rows.endRow(label > 0 ? 1 : -1);
  }

  /** The group of an integer is its column; the integer itself counts from 0. */
  private addInteger(bytes: Uint8Array, start: number, end: number, column: number, rows: RowBuilder): void {
    const { scanner } = this;
    scanner.open(bytes, start, end);
    const shift = shifts[column - 1]!;
    let low = 0;
    let high = 0;
    if (start < end) {
      const negative = scanner.skip(minus);
      scanner.readKey(`integer ${column}`);
      this.checkFilled(bytes, start, end, `integer ${column}`);
      ({ low, high } = scanner);
      if (negative) {
        high = low === 0 ? -high : ~high;
        low = -low;
      }
    }
    const sum = (low >>> 0) + shift.low;
    rows.add(sum >>> 0, (high + shift.high + (sum > 0xffffffff ? 1 : 0)) >>> 0, 1, column);
  }

  private checkFilled(bytes: Uint8Array, start: number, end: number, what: string): void {
    if (this.scanner.at < end) throw new BadLineFault(`${what} ${excerpt(bytes, start, end)} is not a whole number`);
  }
}

function endOfField(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== tab) at++;
  return at;
}
