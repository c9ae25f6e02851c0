import type { RowBuilder } from '../../../learning/sparse/row-builder';
import { BadLineFault } from './bad-line';
import { type LineParser, maxGroup } from './line-parser';
import { LineScanner } from './line-scanner';

const colon = 0x3a;

/** ADFEA: `line_id 1 clicked key:group …`. */
export class AdfeaParser implements LineParser {
  private readonly scanner = new LineScanner(':');

  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void {
    const { scanner } = this;
    scanner.open(bytes, start, end);
    scanner.skipBlanks();
    scanner.skipToken();
    scanner.skipBlanks();
    scanner.readInteger('second column');
    scanner.skipBlanks();
    const clicked = scanner.readInteger('clicked');
    while (scanner.skipBlanks()) {
      const key = scanner.at;
      scanner.readKey('key');
      const { low, high } = scanner;
      if (!scanner.skip(colon)) throw new BadLineFault(`key ${scanner.excerptFrom(key)} is not followed by ':group'`);
      rows.add(low, high, 1, scanner.readGroup(0, maxGroup));
    }
    rows.endRow(clicked > 0 ? 1 : -1);
  }
}
