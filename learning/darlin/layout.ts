import { compareKeys, type Keys } from '../sparse/keys';
import type { Summary } from './batch-worker';

/** Features that are stepped on at once: those from `start` to `end` in the order of a layout. */
export interface Block {
  readonly group: number;
  readonly start: number;
  readonly end: number;
}

/** The features that are trained, group after group, the keys of each ascending. */
export interface Layout {
  readonly examples: number;
  readonly keys: Keys;
  /** In how many rows each feature is. */
  readonly counts: Float64Array;
  readonly blocks: readonly Block[];
}

export interface LayoutOptions {
  /** Features in so many rows or less are left out. */
  readonly tailFrequency: number;
  /** Blocks of a group for each of its non-zeros in a row. */
  readonly blockRatio: number;
}

/**
 * Orders the features and cuts each group into equal blocks: one if a row has at most one of the group's features on
 * average, else that number times `blockRatio`, rounded up, but never more blocks than features.
 */
export function layOut(summary: Summary, { tailFrequency, blockRatio }: LayoutOptions): Layout {
  const { examples, keys, counts, groups } = summary;
  const order = Array.from(counts.keys()).filter((i) => counts[i]! > tailFrequency);
  order.sort((i, j) => groups[i]! - groups[j]! || compareKeys(keys, i, keys, j));
  const ordered = Uint32Array.from({ length: 2 * order.length }, (_, i) => keys[2 * order[i >> 1]! + (i & 1)]!);

  const blocks: Block[] = [];
  for (let start = 0; start < order.length; ) {
    const group = groups[order[start]!]!;
    let end = start;
    let entries = 0;
    for (; end < order.length && groups[order[end]!] === group; end++) entries += counts[order[end]!]!;
    const perRow = entries / examples;
    const pieces = perRow <= 1 ? 1 : Math.max(1, Math.min(end - start, Math.ceil(perRow * blockRatio)));
    for (let piece = 0; piece < pieces; piece++) {
      const cut = (i: number) => start + Math.floor(((end - start) * i) / pieces);
      blocks.push({ group, start: cut(piece), end: cut(piece + 1) });
    }
    start = end;
  }
  return { examples, keys: ordered, counts: Float64Array.from(order, (i) => counts[i]!), blocks };
}
