import type { RowBuilder } from '../../../learning/sparse/row-builder';
import { BadLineFault } from './bad-line';
import { type LineParser, maxGroup } from './line-parser';
import { LineScanner } from './line-scanner';

const semicolon = 0x3b;
const colon = 0x3a;
const int32 = { least: -(2 ** 31), most: 2 ** 31 - 1 };

/** The three formats `label; group …; group …;`, which differ in what stands in a group. */
abstract class GroupsParser implements LineParser {
  protected readonly scanner = new LineScanner(':;');

  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void {
    const { scanner } = this;
    scanner.open(bytes, start, end);
    const label = this.readLabel();
    while (scanner.skipBlanks()) {
      if (scanner.skip(semicolon)) continue;
      const group = scanner.readGroup(1, maxGroup);
      for (let position = 0; this.inField(); position++) this.readEntry(group, position, rows);
    }
    rows.endRow(label > 0 ? 1 : -1);
  }

  /** Reads one entry of a group, the one at a position from 0. */
  protected abstract readEntry(group: number, position: number, rows: RowBuilder): void;

  /** Goes over blanks and colons; tells whether the group goes on. */
  protected inField(): boolean {
    const { scanner } = this;
    while (scanner.skipBlanks() && scanner.skip(colon));
    return scanner.at < scanner.end && !scanner.isAt(semicolon);
  }

  private readLabel(): number {
    const { scanner } = this;
    scanner.skipBlanks();
    const start = scanner.at;
    const label = scanner.readInteger('label');
    if (label < int32.least || label > int32.most) {
      throw new BadLineFault(`label ${scanner.excerptFrom(start)} is not a 32-bit number`);
    }
    if (!scanner.skip(semicolon)) {
      throw new BadLineFault(`label ${scanner.excerptFrom(start)} is not followed by ';'`);
    }
    return label;
  }
}

/** SPARSE_BINARY: `label; group key key …; group …;`, all values 1. */
export class SparseBinaryParser extends GroupsParser {
  protected override readEntry(group: number, _position: number, rows: RowBuilder): void {
    this.scanner.readKey('key');
    rows.add(this.scanner.low, this.scanner.high, 1, group);
  }
}

/** SPARSE: `label; group key:value …;`. */
export class SparseParser extends GroupsParser {
  protected override readEntry(group: number, _position: number, rows: RowBuilder): void {
    const { scanner } = this;
    const start = scanner.at;
    scanner.readKey('key');
    if (!this.inField()) throw new BadLineFault(`key ${scanner.excerptFrom(start)} has no value`);
    rows.add(scanner.low, scanner.high, scanner.readNumber('value'), group);
  }
}

/** DENSE: `label; group value …;`; the key of a value is group·2³² + its position in the group, from 0. */
export class DenseParser extends GroupsParser {
  protected override readEntry(group: number, position: number, rows: RowBuilder): void {
    rows.add(position, group, this.scanner.readNumber('value'), group);
  }
}
