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
  const positives = ascending(rows, (label) => label > 0);
  const negatives = ascending(rows, (label) => label <= 0);
  let pairs = 0;
  let below = 0;
  let notAbove = 0;
  let nextBelow = 0;
  let nextNotAbove = 0;
  for (let i = 0; i < positives.margins.length; i++) {
    const margin = positives.margins[i]!;
    while (negatives.margins[nextBelow]! < margin) below += negatives.importance(nextBelow++);
    while (negatives.margins[nextNotAbove]! <= margin) notAbove += negatives.importance(nextNotAbove++);
    pairs += (positives.importance(i) * (below + notAbove)) / 2;
  }
  return pairs / (positives.total * negatives.total);
}

interface SortedClass {
  readonly margins: Float64Array;
  /** Of the margin at a position. */
  importance(i: number): number;
  /** Sum of the importances. */
  readonly total: number;
}

function ascending({ margins, labels, importances }: ScoredRows, isMember: (label: number) => boolean): SortedClass {
  if (!importances) {
    const own = margins.filter((_, row) => isMember(labels[row]!)).sort();
    return { margins: own, importance: () => 1, total: own.length };
  }
  const rows = Uint32Array.from(margins.keys())
    .filter((row) => isMember(labels[row]!))
    .sort((a, b) => margins[a]! - margins[b]!);
  return {
    margins: Float64Array.from(rows, (row) => margins[row]!),
    importance: (i) => importances[rows[i]!]!,
    total: rows.reduce((sum, row) => sum + importances[row]!, 0),
  };
}
