import { KeyHash } from '../../../../learning/sparse/key-hash';
import type { RowBuilder } from '../../../../learning/sparse/row-builder';
import { BadLineFault } from '../bad-line';
import { type LineParser, onlyGroup } from '../line-parser';
import { LineScanner } from '../line-scanner';
import { PrefixedHash } from '../prefixed-hash';
import type { CsvColumn } from './csv-columns';
import { CsvFields } from './csv-fields';

const equals = 0x3d;

/** CSV as in RFC 4180; what its columns mean is known when the first record of the file has been read. */
export class CsvParser implements LineParser {
  private readonly fields: CsvFields;
  private readonly scanner = new LineScanner('');
  private readonly columns: readonly ParsedColumn[];
  private readonly positive: Buffer;

  /**
   * @param delimiter the byte between two fields
   * @param positive the text of the label that means +1
   */
  constructor(columns: readonly CsvColumn[], delimiter: number, positive: string) {
    this.fields = new CsvFields(delimiter);
    this.columns = columns.map(parsed);
    this.positive = Buffer.from(positive);
  }

  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void {
    const { fields, columns } = this;
    fields.open(bytes, start, end);
    let label = 0;
    let column = 0;
    for (; fields.next(); column++) {
      const meaning = columns[column];
      if (!meaning) throw new BadLineFault(`has more than ${columns.length} columns`);
      if (meaning.kind === 'label') label = this.isPositive() ? 1 : -1;
      else if (fields.start < fields.end) this.addFeature(meaning, rows);
    }
    if (column < columns.length) throw new BadLineFault(`has ${column} columns, not ${columns.length}`);
    rows.endRow(label);
  }

  private addFeature(column: ParsedColumn, rows: RowBuilder): void {
    const { fields, scanner } = this;
    if (column.kind === 'numeric') {
      scanner.open(fields.bytes, fields.start, fields.end);
      const value = scanner.readNumber(column.name);
      if (scanner.at < fields.end) {
        throw new BadLineFault(`${column.name} ${fields.excerpt()} is not a finite number`);
      }
      rows.add(column.low, column.high, value, onlyGroup);
    } else if (column.kind === 'text') {
      column.keys.hash(fields.bytes, fields.start, fields.end);
      rows.add(column.keys.low, column.keys.high, 1, onlyGroup);
    }
  }

  private isPositive(): boolean {
    const { bytes, start, end } = this.fields;
    return this.positive.equals(bytes.subarray(start, end));
  }
}

type ParsedColumn =
  | { readonly kind: 'label' | 'skip' }
  | { readonly kind: 'numeric'; readonly name: string; readonly low: number; readonly high: number }
  | { readonly kind: 'text'; readonly keys: PrefixedHash };

function parsed({ name, kind }: CsvColumn): ParsedColumn {
  const bytes = Buffer.from(name);
  if (kind === 'numeric') {
    const { low, high } = hashOf(bytes);
    return { kind, name, low, high };
  }
  if (kind === 'text') {
    const keys = new PrefixedHash();
    keys.begin(bytes, 0, bytes.length, equals);
    return { kind, keys };
  }
  return { kind };
}

function hashOf(bytes: Buffer): KeyHash {
  const key = new KeyHash();
  key.hash(bytes, 0, bytes.length);
  return key;
}
