import type { RowBuilder } from '../../../learning/sparse/row-builder';

/** Reads lines of one format. */
export interface LineParser {
  /**
   * Reads the line from `start` up to `end`, without its line end, as one row; a line that is only a comment gives none.
   * @throws {BadLineFault} if it is against the grammar; the entries of its row are then to be dropped
   */
  parse(bytes: Uint8Array, start: number, end: number, rows: RowBuilder): void;
}

/** The group of the features of formats that know no groups. */
export const onlyGroup = 1;

/** The largest number of a feature group. */
export const maxGroup = 4095;
