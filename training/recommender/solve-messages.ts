import type { FactorisationState, Side } from '../../learning/recommender/als/factorisation';
import type { RowRange } from '../../learning/recommender/als/row-ranges';

/** What a thread is told first; its numbers are in shared memory. */
export interface ThreadSettings {
  readonly state: FactorisationState;
}

/** Rows for a thread to solve; it answers with nothing when they are done. */
export interface SolveRequest extends RowRange {
  readonly side: Side;
}
