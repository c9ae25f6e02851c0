import type { Row } from '../model';
import type { Counter } from './counts';

/** What a class is like: logarithms of probabilities. */
export interface ClassLikelihoods {
  /** Of each class. */
  readonly priors: Float64Array;
  /** Of each column in each class: row-major, columns × classes. */
  readonly columns: Float64Array;
}

/**
 * Fits multinomial naive Bayes: ln((n_c + λ)/(n + Cλ)) for the C classes, and ln((T_cj + λ)/(T_c + dλ)) for the d
 * columns, where n_c counts the rows of class c and T_cj adds up their amounts in column j.
 *
 * @param labels class number of each row
 * @param lambda above 0
 * @throws {NegativeFeatureError}
 */
export function fitNaiveBayes(
  counter: Counter,
  rows: readonly Row[],
  labels: Int32Array,
  { classes, lambda }: { readonly classes: number; readonly lambda: number },
): ClassLikelihoods {
  const counts = new Float64Array(classes);
  const totals = new Float64Array(classes);
  const amounts = new Float64Array(counter.width * classes);
  for (const [n, row] of rows.entries()) {
    const label = labels[n]!;
    counts[label]! += 1;
    counter.count(row, n, (column, amount) => {
      amounts[column * classes + label]! += amount;
      totals[label]! += amount;
    });
  }
  return {
    priors: counts.map((count) => Math.log((count + lambda) / (rows.length + classes * lambda))),
    columns: amounts.map((amount, i) => Math.log((amount + lambda) / (totals[i % classes]! + counter.width * lambda))),
  };
}
