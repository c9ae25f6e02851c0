import type { RowBuilder } from '../../../learning/sparse/row-builder';
import { readLabel } from './label';
import { type LineParser, onlyGroup } from './line-parser';
import { LineScanner } from './line-scanner';

const hash = 0x23;
const colon = 0x3a;

/** LIBSVM: `label id:value …`, where an id alone has the value 1 and `#` starts a comment. */
export class LibsvmParser implements LineParser {
  private readonly scanner = new LineScanner(':#');

  /** @param anyLabel whether any number is a label, as for the squared loss */
  constructor(private readonly anyLabel: boolean) {}

  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void {
    const { scanner } = this;
    scanner.open(bytes, start, end);
    if (!scanner.skipBlanks() || scanner.isAt(hash)) return;
    const label = readLabel(scanner, this.anyLabel);
    while (scanner.skipBlanks() && !scanner.isAt(hash)) {
      scanner.readKey('id');
      const value = scanner.skip(colon) ? scanner.readNumber('value') : 1;
      rows.add(scanner.low, scanner.high, value, onlyGroup);
    }
    rows.endRow(label);
  }
}
