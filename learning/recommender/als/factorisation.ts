import type { Random } from '../../random';
import type { FactorModel } from '../factor-model';
import { type Interactions, rowCount, transpose } from '../interactions/interactions';
import { sharedDoubles } from '../interactions/shared-memory';
import { type Penalty, solveRows } from './solve-rows';

/** Whose vectors are solved for while the others' are fixed. */
export type Side = 'users' | 'items';

/** Alternating least squares at work: all of it is in memory that threads may share. */
export interface FactorisationState {
  readonly rank: number;
  readonly byUser: Interactions;
  readonly byItem: Interactions;
  readonly userFactors: Float64Array;
  readonly itemFactors: Float64Array;
  /** They differ where a penalty grows with the number of items, or users. */
  readonly penalties: Readonly<Record<Side, Penalty>>;
}

/** What is to be done, step by step, and what comes of it. */
export interface Factorisation {
  readonly state: FactorisationState;
  /** The sides to solve, one after the other. */
  readonly steps: readonly Side[];
  /** The model, once all steps are done. */
  toModel(): FactorModel;
}

/** Solves for the vectors of rows `start` to before `end` of a side, in place. */
export function solveSide(state: FactorisationState, side: Side, start?: number, end?: number): void {
  const { byUser, byItem, userFactors, itemFactors, rank, penalties } = state;
  const penalty = penalties[side];
  if (side === 'users') solveRows({ interactions: byUser, fixed: itemFactors, rank, penalty }, userFactors, start, end);
  else solveRows({ interactions: byItem, fixed: userFactors, rank, penalty }, itemFactors, start, end);
}

/** Does all steps in the thread of the caller. */
export function factorise({ state, steps, toModel }: Factorisation): FactorModel {
  for (const side of steps) solveSide(state, side);
  return toModel();
}

/** Both views of the interactions, and factors that start from a normal distribution. */
export function startingState(
  byUser: Interactions,
  rank: number,
  { random, deviation }: { readonly random: Random; readonly deviation: number },
): Omit<FactorisationState, 'penalties'> {
  const draw = (vectors: number) => {
    const factors = sharedDoubles(vectors * rank);
    for (let i = 0; i < factors.length; i++) factors[i] = deviation * random.normal();
    return factors;
  };
  const byItem = transpose(byUser);
  return { rank, byUser, byItem, itemFactors: draw(byUser.width), userFactors: draw(rowCount(byUser)) };
}
