import type { ParameterSet } from '../../../config/models/parameters';
import type { ThreadProblem } from '../problem';
import type { FoldOutcome } from '../run-fold';

/** What a thread is told first. */
export interface ThreadSettings {
  readonly problem: ThreadProblem;
}

/** A fold for a thread to run. */
export interface FoldRequest {
  readonly set: ParameterSet;
  readonly fold: number;
}

/** How a fold went. */
export type FoldAnswer =
  | { readonly outcome: FoldOutcome; readonly seconds: number }
  | { readonly error: string; readonly exitCode: number | undefined; readonly seconds: number };
