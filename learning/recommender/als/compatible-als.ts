import type { ModelParams } from '../../model';
import { randomFor } from '../../random';
import { FactorModel } from '../factor-model';
import type { NamedInteractions } from '../interactions/interaction-builder';
import { type Interactions, rowCount, transpose } from '../interactions/interactions';
import { catalogueOf } from './als';
import { type Factorisation, type Side, startingState } from './factorisation';
import { type RowEquations, solveRows } from './solve-rows';

export interface CompatibleAlsOptions {
  /** Length of weights and features. */
  readonly numFeatures: number;
  /** Above 0; it counts once for each observation of a row in ALS, and `ridgeFactor` times for a user's weights. */
  readonly lambda: number;
  readonly ridgeFactor: number;
  readonly iterations: number;
  readonly seed: number;
  readonly params?: ModelParams | undefined;
}

/**
 * Retraining as Velox did it: ALS on the scores as they are, from users' factors of length 1, gives the items' features;
 * the users' factors are dropped. Then a user's weights are w = (Σ f fᵀ + λ · ridgeFactor · I)⁻¹ Σ f s, as online
 * updates make them, and the average user's the same over each item's mean score. An unknown item scores 0.
 *
 * @param data at least one score
 */
export function compatibleAls(data: NamedInteractions, options: CompatibleAlsOptions): Factorisation {
  const { numFeatures: rank, lambda, ridgeFactor, iterations, seed } = options;
  const { interactions } = data;
  const penalty = { perEntry: lambda, constant: 0, unseen: 0 };
  const state = {
    ...startingState(interactions, rank, { random: randomFor(seed, 'factors', 0), deviation: 1 }),
    penalties: { users: penalty, items: penalty },
  };
  normaliseRows(state.userFactors, rank);
  return {
    state,
    // The users' factors of the last iteration would be dropped at once.
    steps: Array.from({ length: iterations }, (): Side[] => ['items', 'users'])
      .flat()
      .slice(0, -1),
    toModel: () => {
      const features = state.itemFactors;
      const ridge = { perEntry: 0, constant: lambda * ridgeFactor, unseen: 0 };
      const weightsFor = (scores: Interactions) =>
        solve({ interactions: scores, fixed: features, rank, penalty: ridge });
      return new FactorModel({
        catalogue: catalogueOf(data, features, rank, rank),
        users: { ids: data.users, weights: weightsFor(interactions) },
        averageUser: weightsFor(meanScores(interactions)),
        unknownItem: new Float64Array(rank),
        range: undefined,
        params: options.params ?? {},
      });
    },
  };
}

function solve(equations: RowEquations): Float64Array {
  const solved = new Float64Array(rowCount(equations.interactions) * equations.rank);
  solveRows(equations, solved);
  return solved;
}

/** One row that scores each item as its users do on average. */
function meanScores(byUser: Interactions): Interactions {
  const { offsets, values } = transpose(byUser);
  const items = offsets.length - 1;
  return {
    width: items,
    offsets: Uint32Array.of(0, items),
    columns: Uint32Array.from({ length: items }, (_, item) => item),
    values: Float64Array.from({ length: items }, (_, item) => {
      const scores = values.subarray(offsets[item], offsets[item + 1]);
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    }),
  };
}

function normaliseRows(rows: Float64Array, width: number): void {
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const length = Math.hypot(...row);
    for (let i = 0; i < width; i++) row[i]! /= length;
  }
}
