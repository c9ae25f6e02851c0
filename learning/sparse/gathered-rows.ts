import { KeyTable } from './key-table';
import type { SparseRows } from './rows';

/** Rows from many batches, each with keys of its own, as one. The batches' arrays may be used again. */
export class GatheredRows {
  private readonly table = new KeyTable();
  private readonly groups: number[] = [];
  private readonly batches: Omit<SparseRows, 'keys' | 'groups'>[] = [];

  /** How many rows were added. */
  size = 0;

  add({ labels, importances, offsets, features, values, keys, groups }: SparseRows): void {
    const slots = new Uint32Array(keys.length / 2);
    for (let i = 0; i < slots.length; i++) {
      const slot = this.table.add(keys[2 * i]!, keys[2 * i + 1]!);
      slots[i] = slot;
      this.groups[slot] = Math.min(this.groups[slot] ?? Number.POSITIVE_INFINITY, groups?.[i] ?? 0);
    }
    const start = offsets[0]!;
    const end = offsets.at(-1)!;
    this.batches.push({
      labels: labels.slice(),
      importances: importances?.slice(),
      offsets: offsets.map((offset) => offset - start),
      features: features.subarray(start, end).map((feature) => slots[feature]!),
      values: values?.slice(start, end),
    });
    this.size += labels.length;
  }

  /** All rows, in the order in which they came. To be called once: the batches are let go. */
  take(): SparseRows {
    const entries = this.batches.reduce((sum, { features }) => sum + features.length, 0);
    const offsets = new Uint32Array(this.size + 1);
    const features = new Uint32Array(entries);
    let row = 0;
    for (const batch of this.batches) {
      features.set(batch.features, offsets[row]);
      const base = offsets[row]!;
      for (let i = 1; i < batch.offsets.length; i++) offsets[++row] = base + batch.offsets[i]!;
    }
    const batches = this.batches.splice(0);
    const labels = batches.map((batch) => batch.labels);
    return {
      labels: joined(labels, labels),
      importances: joinedIfAny(
        batches.map((batch) => batch.importances),
        labels,
      ),
      offsets,
      features,
      values: joinedIfAny(
        batches.map((batch) => batch.values),
        batches.map((batch) => batch.features),
      ),
      keys: this.table.keys.slice(),
      groups: Uint16Array.from(this.groups),
    };
  }
}

/** Arrays one after the other; one that is undefined means as many 1s as there are elements in its shape. */
function joined(
  parts: readonly (Float64Array | undefined)[],
  shapes: readonly { readonly length: number }[],
): Float64Array {
  const all = new Float64Array(shapes.reduce((sum, { length }) => sum + length, 0)).fill(1);
  let at = 0;
  for (const [i, { length }] of shapes.entries()) {
    const part = parts[i];
    if (part) all.set(part, at);
    at += length;
  }
  return all;
}

const joinedIfAny = (
  parts: readonly (Float64Array | undefined)[],
  shapes: readonly { readonly length: number }[],
): Float64Array | undefined => (parts.every((part) => part === undefined) ? undefined : joined(parts, shapes));

/** Rows cut into so many runs of about equal length; the runs share their arrays with the rows. */
export function splitRows(rows: SparseRows, pieces: number): SparseRows[] {
  const count = rows.labels.length;
  return Array.from({ length: pieces }, (_, piece) => {
    const start = Math.floor((count * piece) / pieces);
    const end = Math.floor((count * (piece + 1)) / pieces);
    return {
      ...rows,
      labels: rows.labels.subarray(start, end),
      importances: rows.importances?.subarray(start, end),
      offsets: rows.offsets.subarray(start, end + 1),
    };
  });
}
