import { lossFunctions } from './loss';

/** Rows that a model scored: entry i of each array is of row i. */
export interface ScoredRows {
  readonly margins: Float64Array;
  /** The positive ones are above 0. */
  readonly labels: Float64Array;
  /** How many equal rows a row counts for; undefined if each counts once. */
  readonly importances: Float64Array | undefined;
}

/** A mean over rows, of which one of importance h counts as h. NaN without rows. */
function mean({ margins, labels, importances }: ScoredRows, of: (margin: number, label: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < margins.length; row++) {
    const importance = importances?.[row] ?? 1;
    sum += importance * of(margins[row]!, labels[row]!);
    count += importance;
  }
  return sum / count;
}

/** Share of rows whose margin is above 0 just if their label is. NaN without rows. */
export const signAccuracy = (rows: ScoredRows): number => mean(rows, (m, y) => (m > 0 === y > 0 ? 1 : 0));

/** Mean of log(1 + exp(−ym)), which is finite for any margin. NaN without rows. */
export const marginLogLoss = (rows: ScoredRows): number => mean(rows, lossFunctions.LOGIT.value);

/** √ of the mean of (m − y)². NaN without rows. */
export const rootMeanSquaredError = (rows: ScoredRows): number => Math.sqrt(mean(rows, (m, y) => (m - y) ** 2));

/** Mean of |m − y|. NaN without rows. */
export const meanAbsoluteError = (rows: ScoredRows): number => mean(rows, (m, y) => Math.abs(m - y));

/**
 * Area under the ROC curve: the share of (positive, negative) pairs in which the positive has the higher margin, ties ½.
 * NaN if all rows are of one class. Sorts numbers without a comparison function, as it is asked for each minibatch.
 */
export function marginAuc(rows: ScoredRows): number {
  const positives = ascending(rows, true);
  const negatives = ascending(rows, false);
  let pairs = 0;
  let below = 0;
  let notAbove = 0;
  let nextBelow = 0;
  let nextNotAbove = 0;
  for (let i = 0; i < positives.margins.length; i++) {
    const margin = positives.margins[i]!;
    while (negatives.margins[nextBelow]! < margin) below += importanceAt(negatives, nextBelow++);
    while (negatives.margins[nextNotAbove]! <= margin) notAbove += importanceAt(negatives, nextNotAbove++);
    pairs += (importanceAt(positives, i) * (below + notAbove)) / 2;
  }
  return pairs / (positives.total * negatives.total);
}

/** The rows of one class by ascending margin. */
interface SortedClass {
  readonly margins: Float64Array;
  readonly importances: Float64Array | undefined;
  /** Sum of the importances. */
  readonly total: number;
}

const importanceAt = ({ importances }: SortedClass, i: number): number => (importances ? importances[i]! : 1);

function ascending({ margins, labels, importances }: ScoredRows, isPositive: boolean): SortedClass {
  let count = 0;
  const rows = new Uint32Array(margins.length);
  for (let row = 0; row < margins.length; row++) if (labels[row]! > 0 === isPositive) rows[count++] = row;
  const sorted = new Float64Array(count);
  if (!importances) {
    for (let i = 0; i < count; i++) sorted[i] = margins[rows[i]!]!;
    return { margins: sorted.sort(), importances: undefined, total: count };
  }
  const order = rows.subarray(0, count).sort((a, b) => margins[a]! - margins[b]!);
  return {
    margins: Float64Array.from(order, (row) => margins[row]!),
    importances: Float64Array.from(order, (row) => importances[row]!),
    total: order.reduce((sum, row) => sum + importances[row]!, 0),
  };
}
