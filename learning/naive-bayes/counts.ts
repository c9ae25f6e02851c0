import type { Row, ScalarFeature } from '../model';
import type { EncodedFeature } from '../model-file';
import { wordsOf } from './words';

/** A feature that is below zero, where only counts and amounts make sense; the message names it, not its row. */
export class NegativeFeatureError extends Error {
  override readonly name = 'NegativeFeatureError';
  constructor(
    /** From 0. */
    readonly row: number,
    readonly feature: string,
    readonly reason: string,
  ) {
    super(`${feature}: ${reason}`);
  }
}

/** Learns the words of the text features, sorted, from the rows of a training. */
export function learnWords(features: readonly ScalarFeature[], rows: readonly Row[]): EncodedFeature[] {
  return features.map(({ name, type, aliases }, index) => {
    if (type !== 'str') return { name, type, aliases: [...aliases] };
    const words = new Set<string>();
    for (const row of rows) for (const word of wordsOf(row[index] as string)) words.add(word);
    return { name, type, aliases: [...aliases], categories: [...words].sort() };
  });
}

/**
 * Turns rows into counts: a column for each float or int (the amount), each bool (0 or 1) and each word of a text that
 * training saw (how often it is there); other words do not count.
 */
export class Counter {
  /** Number of columns. */
  readonly width: number;
  private readonly columns: readonly (number | ReadonlyMap<string, number>)[];

  constructor(private readonly features: readonly EncodedFeature[]) {
    let width = 0;
    this.columns = features.map((feature) => {
      const first = width;
      width += feature.type === 'str' ? feature.categories.length : 1;
      return feature.type === 'str' ? new Map(feature.categories.map((word, n) => [word, first + n])) : first;
    });
    this.width = width;
  }

  /**
   * Tells the columns of a row that are not zero, a repeated word once each time.
   * @param n of the row, for the error
   * @throws {NegativeFeatureError}
   */
  count(row: Row, n: number, each: (column: number, amount: number) => void): void {
    for (const [i, columns] of this.columns.entries()) {
      const value = row[i]!;
      if (typeof columns !== 'number') {
        for (const word of wordsOf(value as string)) {
          const column = columns.get(word);
          if (column !== undefined) each(column, 1);
        }
        continue;
      }
      const amount = Number(value);
      if (amount < 0) {
        throw new NegativeFeatureError(
          n,
          this.features[i]!.name,
          `${amount} is below 0, but naive Bayes takes counts and amounts`,
        );
      }
      if (amount !== 0) each(columns, amount);
    }
  }
}
