import { keyAt } from '../../../../learning/sparse/keys';
import { RowBuilder } from '../../../../learning/sparse/row-builder';
import type { SparseRows } from '../../../../learning/sparse/rows';
import type { CsvColumns, TextFormat } from '../../../../training/conf/conf';
import { createParser, type LineFormat } from '../../../../training/data/formats/create-parser';
import { parseLines } from '../../../../training/data/lines/parse-lines';

/** A row as plain values. */
export interface PlainRow {
  readonly label: number;
  readonly importance: number;
  /** Keys with their values, in the order of the line. */
  readonly entries: readonly (readonly [key: bigint, value: number])[];
}

export function plainRows(rows: SparseRows): PlainRow[] {
  return Array.from(rows.labels, (label, row) => {
    const positions = Array.from(
      { length: rows.offsets[row + 1]! - rows.offsets[row]! },
      (_, i) => rows.offsets[row]! + i,
    );
    return {
      label,
      importance: rows.importances?.[row] ?? 1,
      entries: positions.map((i) => [keyAt(rows.keys, rows.features[i]!), rows.values?.[i] ?? 1] as const),
    };
  });
}

export const csvDefaults: CsvColumns = {
  header: true,
  label: 'label',
  positive: '1',
  delimiter: ',',
  numeric: [],
  skip: [],
};

export const format = (text: TextFormat, changes: Partial<LineFormat> = {}): LineFormat => ({
  text,
  anyLabel: false,
  csv: csvDefaults,
  columns: [],
  ...changes,
});

/** What a parser makes of some lines. */
export function parseText(lines: readonly string[], lineFormat: LineFormat) {
  const texts = lines.map((line) => Buffer.from(line));
  const extents = new Uint32Array(2 * lines.length);
  let at = 0;
  for (const [i, text] of texts.entries()) {
    extents[2 * i] = at;
    at += text.length;
    extents[2 * i + 1] = at;
  }
  const bytes = new Uint8Array(Buffer.concat(texts));
  const { rows, bad } = parseLines({ bytes, extents }, createParser(lineFormat), new RowBuilder(true));
  return { rows: plainRows(rows), sparse: rows, reasons: bad.first.map(({ reason }) => reason), badCount: bad.count };
}

/** The one row of a line that is good. */
export function parseLine(line: string, lineFormat: LineFormat): PlainRow {
  const { rows, reasons } = parseText([line], lineFormat);
  expect(reasons).toEqual([]);
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

/** Why a line is bad. */
export function faultOf(line: string, lineFormat: LineFormat): string | undefined {
  const { rows, reasons } = parseText([line], lineFormat);
  expect(rows).toHaveLength(reasons.length === 0 ? 1 : 0);
  return reasons[0];
}
