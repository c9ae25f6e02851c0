import type { Keys } from './keys';

/**
 * Rows of sparse features, row after row: row i has the entries from `offsets[i]` to `offsets[i + 1]`.
 * An entry's feature is a number into `keys`; a feature that a row names twice has two entries, which add up.
 */
export interface SparseRows {
  /** ±1 for classification, any finite number for the squared loss; one a row. */
  readonly labels: Float64Array;
  /** How many equal rows a row counts for; undefined if each counts once. */
  readonly importances: Float64Array | undefined;
  /** Rows + 1 positions. */
  readonly offsets: Uint32Array;
  /** For each entry the position of its key in `keys`. */
  readonly features: Uint32Array;
  /** The value of each entry; undefined if all are 1. */
  readonly values: Float64Array | undefined;
  /** The distinct keys of these rows, in the order in which they first appear. */
  readonly keys: Keys;
  /** The lowest feature group that each key was seen in; undefined if groups were not asked for. */
  readonly groups: Uint16Array | undefined;
}
