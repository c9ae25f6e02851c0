import { KeyTable } from './key-table';
import type { SparseRows } from './rows';

/**
 * Builds rows entry by entry. The entries of a row count once it is ended, so a row that turns out to be faulty can be
 * dropped without leaving its keys behind.
 */
export class RowBuilder {
  private readonly table = new KeyTable();
  /** The row that is being built. */
  private words = new Uint32Array(256);
  private rowValues = new Float64Array(128);
  private rowGroups = new Uint16Array(128);
  private pending = 0;
  /** The rows that are ended. */
  private labels = new Float64Array(1024);
  private importances = new Float64Array(1024);
  private offsets = new Uint32Array(1025);
  private features = new Uint32Array(16384);
  private values = new Float64Array(16384);
  private groups = new Uint16Array(1024);
  /** Keys that have a group already. */
  private grouped = 0;
  private rows = 0;
  private entries = 0;
  private allValuesAreOne = true;
  private allCountOnce = true;

  /** @param keepGroups whether to note the lowest group that each key was seen in */
  constructor(private readonly keepGroups: boolean) {}

  /** How many rows are ended. */
  get size(): number {
    return this.rows;
  }

  /** Adds an entry to the row: its key as two words, its value, and the feature group that it stands in. */
  add(low: number, high: number, value: number, group: number): void {
    const i = this.pending++;
    if (i === this.rowValues.length) this.growRow();
    this.words[2 * i] = low;
    this.words[2 * i + 1] = high;
    this.rowValues[i] = value;
    this.rowGroups[i] = group;
  }

  /** Ends the row. */
  endRow(label: number, importance = 1): void {
    if (this.rows === this.labels.length) this.growRows();
    while (this.entries + this.pending > this.features.length) this.growEntries();
    const { table, words, rowValues, features, values } = this;
    let entry = this.entries;
    let onlyOnes = this.allValuesAreOne;
    for (let i = 0; i < this.pending; i++, entry++) {
      const feature = table.add(words[2 * i]!, words[2 * i + 1]!);
      if (this.keepGroups) this.noteGroup(feature, this.rowGroups[i]!);
      const value = rowValues[i]!;
      features[entry] = feature;
      values[entry] = value;
      onlyOnes &&= value === 1;
    }
    this.allValuesAreOne = onlyOnes;
    this.allCountOnce &&= importance === 1;
    this.labels[this.rows] = label;
    this.importances[this.rows] = importance;
    this.rows++;
    this.offsets[this.rows] = entry;
    this.entries = entry;
    this.pending = 0;
  }

  /** Forgets the entries of a row that is not ended. */
  dropRow(): void {
    this.pending = 0;
  }

  /** Takes out the rows that are ended; the builder is then empty. */
  take(): SparseRows {
    const { rows, entries } = this;
    const taken = {
      labels: this.labels.slice(0, rows),
      importances: this.allCountOnce ? undefined : this.importances.slice(0, rows),
      offsets: this.offsets.slice(0, rows + 1),
      features: this.features.slice(0, entries),
      values: this.allValuesAreOne ? undefined : this.values.slice(0, entries),
      keys: this.table.keys.slice(),
      groups: this.keepGroups ? this.groups.slice(0, this.table.size) : undefined,
    };
    this.table.clear();
    this.rows = 0;
    this.entries = 0;
    this.pending = 0;
    this.grouped = 0;
    this.allValuesAreOne = true;
    this.allCountOnce = true;
    return taken;
  }

  private noteGroup(feature: number, group: number): void {
    if (feature < this.grouped) {
      if (group < this.groups[feature]!) this.groups[feature] = group;
      return;
    }
    if (feature === this.groups.length) this.groups = grown(this.groups, Uint16Array);
    this.groups[feature] = group;
    this.grouped = feature + 1;
  }

  private growRow(): void {
    this.words = grown(this.words, Uint32Array);
    this.rowValues = grown(this.rowValues, Float64Array);
    this.rowGroups = grown(this.rowGroups, Uint16Array);
  }

  private growRows(): void {
    this.labels = grown(this.labels, Float64Array);
    this.importances = grown(this.importances, Float64Array);
    const offsets = new Uint32Array(this.labels.length + 1);
    offsets.set(this.offsets);
    this.offsets = offsets;
  }

  private growEntries(): void {
    this.features = grown(this.features, Uint32Array);
    this.values = grown(this.values, Float64Array);
  }
}

/** A copy of twice the length. */
function grown<T extends Uint16Array | Uint32Array | Float64Array>(array: T, Kind: new (length: number) => T): T {
  const copy = new Kind(2 * array.length);
  copy.set(array);
  return copy;
}
