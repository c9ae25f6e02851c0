import { dot } from '../linear-algebra/dot';
import { rowsTimesVector } from '../linear-algebra/rows-times-vector';
import type { UserItemModel } from '../model';
import { bestOf, type Ranked } from './best';
import type { Catalogue } from './catalogue';
import type { RidgeSolution } from './ridge';

/** An item by its number in the catalogue. */
export interface RankedItem {
  readonly item: number;
  readonly score: number;
}

/** Which items may be recommended; all if absent. */
export type Admits = (item: number) => boolean;

/** Lifts what is little known: items rank by score + alpha · uncertainty. Costs O(width²) an item. */
export interface Exploration {
  readonly solution: RidgeSolution;
  readonly alpha: number;
}

/** Rules of a shop that no model knows. */
export interface Choice {
  readonly admits?: Admits | undefined;
  /** What an item's score is multiplied by before items are compared; 1 if absent. */
  readonly boost?: ((item: number) => number) | undefined;
}

export interface RecommendOptions extends Choice {
  readonly exploration?: Exploration | undefined;
}

/**
 * The best k items of the whole catalogue for a user, best first; ties by id. A model that clips its scores still tells
 * apart what lies beyond its range, unless they are boosted; items explored for their uncertainty keep their own scores.
 */
export function recommend(
  model: UserItemModel,
  weights: Float64Array,
  k: number,
  { admits, boost, exploration }: RecommendOptions = {},
): RankedItem[] {
  const { catalogue } = model;
  const scoreOf = (item: number) => model.score(weights, catalogue.featuresOf(item));
  const scores = new Float64Array(catalogue.size);
  if (boost) for (let item = 0; item < scores.length; item++) scores[item] = scoreOf(item);
  else rowsTimesVector(catalogue.features, weights, scores);
  if (exploration) {
    for (let item = 0; item < scores.length; item++) scores[item]! += bonus(exploration, catalogue.featuresOf(item));
  }
  multiply(scores, boost);
  return bestOf(scores, k, admits).map(({ position }) => ({
    item: position,
    score: scoreOf(position) * (boost?.(position) ?? 1),
  }));
}

function multiply(scores: Float64Array, boost: Choice['boost']): void {
  if (boost) for (let item = 0; item < scores.length; item++) scores[item]! *= boost(item);
}

/**
 * The best k of the candidates for a user, best first, as positions in their list; candidates that are there twice are
 * kept twice, ties are in the order of the list.
 *
 * @param candidates the features of each
 */
export function rankCandidates(
  model: UserItemModel,
  weights: Float64Array,
  candidates: readonly Float64Array[],
  k: number,
  exploration?: Exploration,
): Ranked[] {
  const scores = candidates.map(
    (features) => dot(weights, features) + (exploration ? bonus(exploration, features) : 0),
  );
  return bestOf(scores, k).map(({ position }) => ({
    position,
    score: model.score(weights, candidates[position]!),
  }));
}

const bonus = ({ solution, alpha }: Exploration, features: Float64Array): number =>
  alpha * solution.uncertaintyOf(features);

/**
 * The k items most like some others, best first; ties by id. The score is the sum of the cosines with each of them,
 * only items above 0 and not among them count. An item without factors has a cosine of 0 with any other.
 */
export function similarItems(
  catalogue: Catalogue,
  items: readonly number[],
  k: number,
  { admits, boost }: Choice = {},
): RankedItem[] {
  const direction = new Float64Array(catalogue.width);
  for (const item of items) {
    const length = catalogue.lengths[item]!;
    if (length === 0) continue;
    const features = catalogue.featuresOf(item);
    for (let i = 0; i < catalogue.rank; i++) direction[i]! += features[i]! / length;
  }
  const cosines = new Float64Array(catalogue.size);
  rowsTimesVector(catalogue.features, direction, cosines);
  for (let item = 0; item < cosines.length; item++)
    cosines[item]! /= catalogue.lengths[item] || Number.POSITIVE_INFINITY;
  multiply(cosines, boost);

  const asked = new Set(items);
  const isLike = (item: number) => cosines[item]! > 0 && !asked.has(item) && (!admits || admits(item));
  return asItems(bestOf(cosines, k, isLike));
}

export interface PopularityOptions extends Choice {
  /** How popular each item is. @default how often training met it */
  readonly popularity?: Float64Array | undefined;
}

/** The k most popular items, best first; ties by id. */
export function mostPopular(
  catalogue: Catalogue,
  k: number,
  { admits, boost, popularity = catalogue.popularity }: PopularityOptions = {},
): RankedItem[] {
  const scores = Float64Array.from(popularity);
  multiply(scores, boost);
  return asItems(bestOf(scores, k, admits));
}

const asItems = (ranked: readonly Ranked[]): RankedItem[] =>
  ranked.map(({ position, score }) => ({ item: position, score }));
