/** What a training must reach for its revision to be kept. */
export interface Thresholds {
  /** A lower test score is not kept; an equal one is. */
  readonly minScore?: number | undefined;
  /** Keep only what scores strictly above the active revision. */
  readonly betterThanActive: boolean;
}

/** Test scores, higher is better; null if there are no test rows, or no active revision to compare with. */
export interface GateScores {
  readonly test: number | null;
  readonly active: number | null;
}

/** Whether a training becomes a revision; the reason is a line for users. */
export type Verdict = { readonly kept: true } | { readonly kept: false; readonly reason: string };

/** Thresholds that cannot be checked because no test rows are held out. */
export class GateError extends Error {
  override readonly name = 'GateError';
  constructor() {
    super('a score threshold needs test data: set evaluation.testFraction above 0');
  }
}

/** Tells whether thresholds can be checked only with test data; ask before training. */
export const needsTestData = ({ minScore, betterThanActive }: Thresholds): boolean =>
  minScore !== undefined || betterThanActive;

/**
 * Decides whether a training is kept. Without an active revision, `betterThanActive` keeps any.
 * @throws {GateError} if a threshold is set but there is no test score
 */
export function judge(thresholds: Thresholds, { test, active }: GateScores): Verdict {
  if (!needsTestData(thresholds)) return { kept: true };
  if (test === null) throw new GateError();
  const { minScore, betterThanActive } = thresholds;
  if (minScore !== undefined && test < minScore) {
    return { kept: false, reason: `test score ${show(test)} is below the minimum ${show(minScore)}` };
  }
  if (betterThanActive && active !== null && test <= active) {
    return { kept: false, reason: `test score ${show(test)} does not beat the active revision's ${show(active)}` };
  }
  return { kept: true };
}

/** Full precision, so that a near miss does not read as a tie. */
const show = (score: number): string => String(score);
