import type { Row } from '../learning/model';

/** Labelled rows, and the identity of the source that they came from. */
export interface Dataset {
  /** As users know the source: the path in the configuration. */
  readonly source: string;
  /** SHA-256 of the whole source, in hexadecimal. */
  readonly sha256: string;
  readonly rows: readonly Row[];
  /** The label of each row. */
  readonly labels: readonly string[];
}
