import type { Row, ScalarFeature } from '../model';
import type { EncodedFeature, HashedFeature } from '../model-file';

/**
 * Rows as sparse design vectors: each feature of a row is one non-zero at most, so a text feature of a million
 * categories takes no more room than a number. Entry `row * entries + feature` says which column of the design matrix
 * the feature fills and with what value.
 */
export interface DesignMatrix {
  readonly rows: number;
  readonly entries: number;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Learns the categories of the text features, sorted, from the rows of a training. */
export function learnEncoding(features: readonly ScalarFeature[], rows: readonly Row[]): EncodedFeature[] {
  return features.map(({ name, type, aliases: readonlyAliases }, index) => {
    const aliases = [...readonlyAliases];
    if (type !== 'str') return { name, type, aliases };
    const categories = new Set(rows.map((row) => row[index] as string));
    return { name, type, aliases, categories: [...categories].sort() };
  });
}

/**
 * Turns rows into design vectors: float and int as they are, bool as 0 or 1, str one-hot over its categories.
 * A category that training did not see is all zeros.
 */
export class FeatureEncoder {
  /** Number of columns of the design matrix. */
  readonly width: number;
  /** First column of each feature. */
  private readonly first: readonly number[];
  /** Column of each category, per feature; undefined for a feature that is no text. */
  private readonly categoryColumns: readonly (ReadonlyMap<string, number> | undefined)[];

  constructor(readonly features: readonly EncodedFeature[]) {
    const first: number[] = [];
    let width = 0;
    this.categoryColumns = features.map((feature) => {
      const start = width;
      first.push(start);
      width += feature.type === 'str' ? feature.categories.length : 1;
      return feature.type === 'str'
        ? new Map(feature.categories.map((category, n) => [category, start + n]))
        : undefined;
    });
    this.first = first;
    this.width = width;
  }

  /** Writes the design vector of `row` into `columns` and `values` from `position` on. */
  encodeInto(row: Row, columns: Int32Array, values: Float64Array, position: number): void {
    for (let i = 0; i < this.first.length; i++) {
      const categories = this.categoryColumns[i];
      if (categories) {
        const column = categories.get(row[i] as string);
        columns[position + i] = column ?? 0;
        values[position + i] = column === undefined ? 0 : 1;
      } else {
        columns[position + i] = this.first[i]!;
        values[position + i] = Number(row[i]);
      }
    }
  }

  encode(rows: readonly Row[]): DesignMatrix {
    const entries = this.features.length;
    const columns = new Int32Array(rows.length * entries);
    const values = new Float64Array(rows.length * entries);
    for (const [n, row] of rows.entries()) this.encodeInto(row, columns, values, n * entries);
    return { rows: rows.length, entries, columns, values };
  }
}

/** Whether training learned what there is to know about the feature. */
export const isEncoded = (feature: EncodedFeature | HashedFeature): feature is EncodedFeature =>
  feature.type !== 'sparse' && (feature.type !== 'str' || 'categories' in feature);
