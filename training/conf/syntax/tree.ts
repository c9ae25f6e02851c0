import type { Position } from '../position';

/** A value as written: a name is an enum's or a boolean's. */
export type Scalar =
  | { readonly kind: 'number'; readonly text: string; readonly at: Position }
  | { readonly kind: 'name'; readonly text: string; readonly at: Position }
  /** `text` without quotes and escapes, adjacent strings joined. */
  | { readonly kind: 'string'; readonly text: string; readonly at: Position };

/** `{ … }`, or a whole file. */
export interface Block {
  readonly kind: 'block';
  readonly fields: readonly FieldNode[];
  readonly at: Position;
}

export type Value = Scalar | Block;

/** One mention of a field. */
export interface FieldNode {
  /** An extension's is without its package: `[PS.LM.delta_max_value]` is `delta_max_value`. */
  readonly name: string;
  readonly at: Position;
  /** One, unless they stand in a list. */
  readonly values: readonly Value[];
  readonly isList: boolean;
}
