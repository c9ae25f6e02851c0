import type { ParameterSet } from '../../config/models/parameters';
import type { Metrics } from '../sparse-linear/score-sparse-linear';
import { type CustomOutcome, customMetrics } from './custom-fold';
import { type InteractionOutcome, interactionMetrics, runInteractionFold } from './interaction-fold';
import { type LineOutcome, lineMetrics, runLineFold } from './line-fold';
import type { ThreadProblem } from './problem';
import { type RowOutcome, rowMetrics, runRowFold } from './row-fold';

/** What a model says of the test rows of a fold, which it was not trained on. */
export type FoldOutcome = RowOutcome | InteractionOutcome | LineOutcome | CustomOutcome;

/**
 * Trains with a set of parameters on what is outside of a fold, and looks at what is in it.
 * @throws {DataError} if the data is not fit for training
 */
export function runFold(
  problem: ThreadProblem,
  set: ParameterSet,
  fold: number,
  signal?: AbortSignal,
): Promise<FoldOutcome> {
  switch (problem.kind) {
    case 'rows':
      return runRowFold(problem, set, fold, signal);
    case 'interactions':
      return runInteractionFold(problem, set, fold, signal);
    case 'lines':
      return runLineFold(problem, set, fold, signal);
  }
}

/** Metrics by name over the union of all folds of a problem, not the mean over folds; NaN where one is not defined. */
export function unionMetrics(outcomes: readonly FoldOutcome[]): Metrics {
  const ofKind = <K extends FoldOutcome['kind']>(kind: K) =>
    outcomes.filter((outcome): outcome is Extract<FoldOutcome, { kind: K }> => outcome.kind === kind);
  switch (outcomes[0]?.kind) {
    case undefined:
      return {};
    case 'rows':
      return rowMetrics(ofKind('rows'));
    case 'interactions':
      return interactionMetrics(ofKind('interactions'));
    case 'lines':
      return lineMetrics(ofKind('lines'));
    case 'custom':
      return customMetrics(ofKind('custom'));
  }
}
