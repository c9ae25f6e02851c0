import type { ModelParams } from '../../model';
import { randomFor } from '../../random';
import { Catalogue } from '../catalogue';
import { FactorModel, type ScoreRange } from '../factor-model';
import type { NamedInteractions } from '../interactions/interaction-builder';
import { rowCount, rowLengths, transpose } from '../interactions/interactions';
import { sharedDoubles } from '../interactions/shared-memory';
import { type Deviations, fitDeviations, residualsOf } from './deviations';
import { type Factorisation, type Side, startingState } from './factorisation';

export interface AlsOptions {
  /** Number of factors. */
  readonly rank: number;
  /** Above 0. */
  readonly lambda: number;
  /** Each solves for users and then for items. */
  readonly sweeps: number;
  readonly seed: number;
  readonly params?: ModelParams | undefined;
}

export interface ImplicitAlsOptions extends AlsOptions {
  /** w₀: the weight of a pair that was not seen, where one that was seen has 1 + w₀. */
  readonly unseenWeight: number;
}

/**
 * Explicit ratings: r̂ = μ + b_u + b_i + p·q, clipped to the range of the ratings. The deviations are fitted first; on the
 * rest e the factors minimise Σ(e − p·q)² + λ(Σ n_u|p|² + Σ n_i|q|²). Who or what is unknown has deviation and factors 0.
 *
 * @param data at least one rating
 */
export function explicitAls(data: NamedInteractions, options: AlsOptions): Factorisation {
  const { rank, lambda } = options;
  const { interactions } = data;
  const deviations = fitDeviations(interactions, transpose(interactions));
  const penalty = { perEntry: lambda, constant: 0, unseen: 0 };
  const state = {
    ...start(residualsOf(interactions, deviations), options),
    penalties: { users: penalty, items: penalty },
  };
  return {
    state,
    steps: alternately(options.sweeps),
    toModel: () => {
      // The vectors (q, b_i, 1) of items and (p, 1, μ + b_u) of users make all four terms one dot product.
      const beside = besideFactors(deviations);
      return new FactorModel({
        catalogue: catalogueOf(data, lengthen(state.itemFactors, rank, beside.item), rank + 2, rank),
        users: { ids: data.users, weights: lengthen(state.userFactors, rank, beside.user) },
        averageUser: Float64Array.of(...new Float64Array(rank), 1, deviations.mean),
        unknownItem: Float64Array.of(...new Float64Array(rank), 0, 1),
        range: rangeOf(interactions.values),
        params: options.params ?? {},
      });
    },
  };
}

/**
 * Implicit interactions, of which only counts that they happened:
 * Σ_seen(1 − p·q)² + w₀Σ_all(p·q)² + λ(Σ(n_u + w₀·items)|p|² + Σ(n_i + w₀·users)|q|²) (Rendle et al., 2022). What sums
 * over all pairs is a matrix of rank × rank, so memory grows with the interactions alone. A user who is unknown has the
 * mean of the users' factors.
 */
export function implicitAls(data: NamedInteractions, options: ImplicitAlsOptions): Factorisation {
  const { rank, lambda, unseenWeight } = options;
  const { interactions } = data;
  const penaltyFor = (others: number) => ({
    perEntry: lambda,
    constant: lambda * unseenWeight * others,
    unseen: unseenWeight,
  });
  const seen = { ...interactions, values: sharedDoubles(interactions.values.length).fill(1) };
  const penalties = { users: penaltyFor(interactions.width), items: penaltyFor(rowCount(interactions)) };
  const state = { ...start(seen, options), penalties };
  return {
    state,
    steps: alternately(options.sweeps),
    toModel: () =>
      new FactorModel({
        catalogue: catalogueOf(data, state.itemFactors, rank, rank),
        users: { ids: data.users, weights: state.userFactors },
        averageUser: meanOf(state.userFactors, rank),
        unknownItem: new Float64Array(rank),
        range: undefined,
        params: options.params ?? {},
      }),
  };
}

const start = (interactions: NamedInteractions['interactions'], { rank, seed }: AlsOptions) =>
  startingState(interactions, rank, { random: randomFor(seed, 'factors', 0), deviation: 0.1 / Math.sqrt(rank) });

const alternately = (sweeps: number): Side[] => Array.from({ length: sweeps }, (): Side[] => ['users', 'items']).flat();

export const catalogueOf = (
  { items, interactions }: NamedInteractions,
  features: Float64Array,
  width: number,
  rank: number,
): Catalogue => new Catalogue({ ids: items, features, width, rank, popularity: rowLengths(transpose(interactions)) });

const besideFactors = ({ mean, items, users }: Deviations) => ({
  item: (item: number): [number, number] => [items[item]!, 1],
  user: (user: number): [number, number] => [1, mean + users[user]!],
});

/** Puts two more entries behind the factors of each row. */
function lengthen(factors: Float64Array, rank: number, entries: (row: number) => [number, number]): Float64Array {
  const width = rank + 2;
  const longer = new Float64Array((factors.length / rank) * width);
  for (let row = 0; row * rank < factors.length; row++) {
    longer.set(factors.subarray(row * rank, (row + 1) * rank), row * width);
    longer.set(entries(row), row * width + rank);
  }
  return longer;
}

function meanOf(vectors: Float64Array, rank: number): Float64Array {
  const mean = new Float64Array(rank);
  for (let i = 0; i < vectors.length; i++) mean[i % rank]! += (vectors[i]! * rank) / vectors.length;
  return mean;
}

function rangeOf(ratings: Float64Array): ScoreRange {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const rating of ratings) {
    min = Math.min(min, rating);
    max = Math.max(max, rating);
  }
  return { min, max };
}
