import type { RowBuilder } from '../../../learning/sparse/row-builder';
import { BadLineFault } from './bad-line';
import type { LineParser } from './line-parser';
import { LineScanner } from './line-scanner';

const bar = 0x7c;
/** A key's group is its highest 10 bits, those of the high word above these. */
const bitsBelowGroup = 54 - 32;

/** TERAFEA: `clicked line_id | key key …`. */
export class TerafeaParser implements LineParser {
  private readonly scanner = new LineScanner('|');

  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void {
    const { scanner } = this;
    scanner.open(bytes, start, end);
    scanner.skipBlanks();
    const clicked = scanner.readInteger('clicked');
    scanner.skipBlanks();
    scanner.skipToken();
    scanner.skipBlanks();
    if (!scanner.skip(bar)) throw new BadLineFault("there is no '|' after the line id");
    while (scanner.skipBlanks()) {
      scanner.readKey('key');
      rows.add(scanner.low, scanner.high, 1, scanner.high >>> bitsBelowGroup);
    }
    rows.endRow(clicked > 0 ? 1 : -1);
  }
}
