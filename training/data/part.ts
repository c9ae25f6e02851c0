import type { SparseRows } from '../../learning/sparse/rows';

/** A data file that was found. */
export interface DataFile {
  /** As users know it: a path, or `s3://bucket/key`. */
  readonly name: string;
  /** In bytes, packed if it is `.gz`. */
  readonly size: number;
  readonly compressed: boolean;
  /** The ETag in S3. */
  readonly etag?: string;
}

/** A file, or a byte range of one: it owns the lines that start in it. */
export interface Part {
  readonly file: DataFile;
  /** In bytes; 0 and the file's size for a whole file. */
  readonly start: number;
  readonly end: number;
}

/** A line against the grammar of its format. */
export interface BadLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** Rows that are learned from in one step; a minibatch ends with its file. */
export interface Minibatch extends SparseRows {
  /** How much of the part is done after it: where a reader that takes the part over starts. */
  readonly offset: number;
  /** Lines of the part that were read for it, blank ones not counted. */
  readonly lines: number;
  /** Bad lines among them; the first few in detail. */
  readonly bad: { readonly count: number; readonly first: readonly BadLine[] };
}
