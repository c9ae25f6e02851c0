import type { RowBuilder } from '../../../learning/sparse/row-builder';
import type { SparseRows } from '../../../learning/sparse/rows';
import { BadLineFault } from '../formats/bad-line';
import type { LineParser } from '../formats/line-parser';
import { type LineBatch, maxLineBytes } from './line-batch';

/** What became of the lines of a batch. */
export interface ParsedLines {
  readonly rows: SparseRows;
  readonly bad: {
    readonly count: number;
    /** The first few: the position of the line in its batch, and what is wrong with it. */
    readonly first: readonly { readonly line: number; readonly reason: string }[];
  };
}

/** How many bad lines are told of in detail. */
const detailed = 5;

/** Parses the lines of a batch; bad ones are left out and told of. */
export function parseLines(
  { bytes, extents }: Pick<LineBatch, 'bytes' | 'extents'>,
  parser: LineParser,
  rows: RowBuilder,
): ParsedLines {
  const bad = { count: 0, first: [] as { line: number; reason: string }[] };
  for (let line = 0; 2 * line < extents.length; line++) {
    const start = extents[2 * line]!;
    const end = extents[2 * line + 1]!;
    try {
      if (end - start > maxLineBytes) throw new BadLineFault(`is longer than ${maxLineBytes / 1024 ** 2} MiB`);
      parser.parse(bytes, start, end, rows);
    } catch (error) {
      if (!(error instanceof BadLineFault)) throw error;
      rows.dropRow();
      if (bad.count++ < detailed) bad.first.push({ line, reason: error.reason });
    }
  }
  return { rows: rows.take(), bad };
}
