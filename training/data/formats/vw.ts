import type { RowBuilder } from '../../../learning/sparse/row-builder';
import { BadLineFault } from './bad-line';
import { readLabel } from './label';
import { type LineParser, onlyGroup } from './line-parser';
import { LineScanner } from './line-scanner';
import { PrefixedHash } from './prefixed-hash';

const apostrophe = 0x27;
const bar = 0x7c;
const colon = 0x3a;
const caret = 0x5e;

/** VW, Vowpal Wabbit's text: `label [importance] ['tag]|ns[:scale] name[:value] … |ns …`. */
export class VwParser implements LineParser {
  private readonly scanner = new LineScanner(':|');
  private readonly keys = new PrefixedHash();

  /** @param anyLabel whether any number is a label, as for the squared loss */
  constructor(private readonly anyLabel: boolean) {}

  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void {
    const { scanner } = this;
    scanner.open(bytes, start, end);
    scanner.skipBlanks();
    const label = readLabel(scanner, this.anyLabel);
    const importance = this.readImportance();
    if (scanner.isAt(apostrophe)) scanner.skipToken();
    scanner.skipBlanks();
    if (!scanner.isAt(bar)) throw new BadLineFault("there is no '|' after the label, importance and tag");
    while (scanner.skip(bar)) {
      const scale = this.readNamespace(bytes);
      while (scanner.skipBlanks() && !scanner.isAt(bar)) this.readFeature(bytes, scale, rows);
    }
    rows.endRow(label, importance);
  }

  private readImportance(): number {
    const { scanner } = this;
    if (!scanner.skipBlanks() || scanner.isAt(bar) || scanner.isAt(apostrophe)) return 1;
    const start = scanner.at;
    const importance = scanner.readNumber('importance');
    if (importance < 0) throw new BadLineFault(`importance ${scanner.excerptFrom(start)} is below 0`);
    scanner.skipBlanks();
    return importance;
  }

  /** Reads the namespace that touches its bar; a blank there means the one without a name. */
  private readNamespace(bytes: Uint8Array): number {
    const { scanner } = this;
    const start = scanner.at;
    scanner.skipToken();
    this.keys.begin(bytes, start, scanner.at, caret);
    return scanner.skip(colon) ? scanner.readNumber('scale') : 1;
  }

  private readFeature(bytes: Uint8Array, scale: number, rows: RowBuilder): void {
    const { scanner, keys } = this;
    const start = scanner.at;
    scanner.skipToken();
    if (scanner.at === start) throw new BadLineFault("there is no name before ':'");
    keys.hash(bytes, start, scanner.at);
    const value = scale * (scanner.skip(colon) ? scanner.readNumber('value') : 1);
    if (!Number.isFinite(value)) throw new BadLineFault(`feature ${scanner.excerptFrom(start)} is too large to scale`);
    rows.add(keys.low, keys.high, value, onlyGroup);
  }
}
