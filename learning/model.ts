import type { Catalogue } from './recommender/catalogue';
import type { SparseFeatures } from './sparse/sparse-features';

/** The type of a feature with one value, as configured and as the wire protocols convert it. */
export type ScalarType = 'float' | 'int' | 'str' | 'bool';

/** The type of a feature; `sparse` stands for any number of features, of which a sample has a few. */
export type FeatureType = ScalarType | 'sparse';

/** A named, typed input of a tabular model. */
export interface Feature {
  readonly name: string;
  readonly type: FeatureType;
  /** Other names that requests may use for it. */
  readonly aliases: readonly string[];
}

/** A feature with one value. */
export type ScalarFeature = Feature & { readonly type: ScalarType };

/** float and int are numbers, str is a string, bool a boolean. */
export type ScalarValue = number | string | boolean;

export type FeatureValue = ScalarValue | SparseFeatures;

/** The values of one sample, in the order of the model's features. */
export type Row = readonly FeatureValue[];

/** A class of a classifier. */
export type Label = string | number;

/** What a model says about one sample. */
export interface Prediction {
  /** The label, or the number of a regression; NaN and infinities are the caller's to handle. */
  readonly output: Label;
  /** One probability per class, in the order of `classes`; absent if the model has none. */
  readonly probabilities?: ArrayLike<number>;
}

/** Values a request may pass on to the model beside the features. */
export type ModelParams = Readonly<Record<string, ScalarValue>>;

/** What every model offers to protocols that send rows of features. */
interface RowModel {
  readonly features: readonly Feature[];
  /** The labels a classifier may answer, in the order of the probabilities; undefined for a regression. */
  readonly classes: readonly Label[] | undefined;
  /** Whether a classifier gives no probabilities. @default false */
  readonly labelsOnly?: boolean;
  /** The model's own values of the parameters that a request may override. */
  readonly params: ModelParams;
  /** One prediction per row, in order. */
  predict(rows: readonly Row[], params: ModelParams): readonly Prediction[] | Promise<readonly Prediction[]>;
  /** Lets go of what it holds outside of this process, until it is asked again; absent if it holds nothing. */
  close?(): void;
}

/** Features to a label or a number, perhaps with class probabilities. */
export interface TabularModel extends RowModel {
  readonly kind: 'tabular';
}

/**
 * How much users like items: the dot product of a user's weights and an item's features. Rows have the features `user`
 * and `item`. Items never change; the weights of users do in an `OnlineModel`.
 */
export interface UserItemModel extends RowModel {
  readonly kind: 'user-item';
  readonly classes: undefined;
  /** Number of entries of a user's weights, and of an item's features. */
  readonly width: number;
  /** The items that it can rank; none in a model that computes the features of any text. */
  readonly catalogue: Catalogue;
  /** The weights of a user of whom nothing is known. */
  readonly averageUser: Float64Array;
  /** The weights of a user, from training or what was observed since; undefined if nothing is known. Not to be written to. */
  weightsOf(user: string): Float64Array | undefined;
  /** The features of an item, those of an unknown item if training met none of that id. Not to be written to. */
  featuresOf(item: string): Float64Array;
  /** The score that weights and features make. */
  score(weights: Float64Array, features: Float64Array): number;
}

/** An item and how good it is for a user. */
export interface ScoredItem {
  readonly item: string;
  readonly score: number;
}

/** How much users like items, as code says that is asked anew for each answer. Rows have the features `user` and `item`. */
export interface RankingModel extends RowModel {
  readonly kind: 'ranking';
  readonly classes: undefined;
  /**
   * The best items for a user, best first.
   * @param k above 0
   * @param candidates the items to choose from, each once; all that the model knows if absent
   * @throws {Error} if it cannot rank what it knows
   */
  topK(user: string, k: number, candidates?: readonly string[]): Promise<readonly ScoredItem[]>;
  /** Whether users learn online, by `update`. */
  readonly learns: boolean;
  /** Gives a user another state from now on. */
  learn(user: string, state: Uint8Array): void;
  /**
   * The state of a user that follows from what was observed.
   * @throws {Error} if there is none
   */
  update(learner: RankingLearner): Promise<Uint8Array>;
}

/** A user of a ranking model, of whom something was observed. */
export interface RankingLearner {
  readonly user: string;
  /** The state before; undefined if there is none. */
  readonly state: Uint8Array | undefined;
  /** All that is known, of each item the last score; `isNew` where the state does not count it yet. */
  readonly observations: readonly { readonly item: string; readonly score: number; readonly isNew: boolean }[];
}

export type Model = TabularModel | UserItemModel | RankingModel;

/** A failure the model reports on purpose: the service answers 500 with this message and code. */
export class PredictError extends Error {
  override readonly name: string = 'PredictError';
  constructor(
    message: string,
    readonly code: number = -1,
  ) {
    super(message);
  }
}

/** A sample that the model cannot take, by its sender's mistake: the service answers 400. */
export class SampleError extends PredictError {
  override readonly name = 'SampleError';
  constructor(
    /** Number of the sample, from 0. */
    readonly row: number,
    readonly feature: string,
    /** What is wrong with the feature. */
    readonly reason: string,
  ) {
    super(`[${row}].${feature}: ${reason}`);
  }
}
