/** Lines of text that are learned from in one step. */
export interface LineBatch {
  /** A buffer of its own, so that it can be handed to another thread. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each line starts and ends in `bytes`, without its line end: two numbers a line. */
  readonly extents: Uint32Array<ArrayBuffer>;
  /** The number of each line, from 0 at the first line that was read. */
  readonly numbers: Uint32Array;
  /** How much has been read with it, in bytes from the beginning of the file, or of what was packed in it. */
  readonly offset: number;
}

/** Longer lines are bad. */
export const maxLineBytes = 16 * 1024 ** 2;
