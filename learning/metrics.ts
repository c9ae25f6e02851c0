import type { Label } from './model';

/** Share of predictions that equal the label; NaN without rows. */
export function accuracy(predicted: readonly Label[], actual: readonly Label[]): number {
  return predicted.filter((label, row) => label === actual[row]).length / predicted.length;
}

/**
 * Mean −ln of the probability given to the right class. Probabilities below 2⁻⁵² count as 2⁻⁵², so that the result is
 * finite. NaN without rows.
 *
 * @param labels class number of each row
 */
export function logLoss(probabilities: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  const loss = probabilities.reduce((sum, row, n) => sum - Math.log(Math.max(row[labels[n]!]!, Number.EPSILON)), 0);
  return loss / probabilities.length;
}

/**
 * Area under the ROC curve: the share of (positive, negative) pairs in which the positive scores higher, ties ½.
 * @returns undefined if all rows are of one class
 */
export function auc(scores: readonly number[], positives: readonly boolean[]): number | undefined {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  let pairs = 0;
  let negatives = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    let tiedPositives = 0;
    do {
      if (positives[order[end]!]) tiedPositives++;
      end++;
    } while (end < order.length && scores[order[end]!] === scores[order[start]!]);
    const tiedNegatives = end - start - tiedPositives;
    pairs += tiedPositives * (negatives + tiedNegatives / 2);
    negatives += tiedNegatives;
  }
  const all = negatives * (scores.length - negatives);
  return all === 0 ? undefined : pairs / all;
}

/** Counts of rows: `matrix[actual][predicted]`, both class numbers in the order of `classes`. */
export function confusionMatrix(
  predicted: readonly Label[],
  actual: readonly Label[],
  classes: readonly Label[],
): number[][] {
  const numbers = new Map(classes.map((label, c) => [label, c]));
  const matrix = classes.map(() => classes.map(() => 0));
  for (const [row, label] of actual.entries()) {
    matrix[numbers.get(label)!]![numbers.get(predicted[row]!)!]! += 1;
  }
  return matrix;
}
