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

/** Features to a label or a number, perhaps with class probabilities. */
export interface TabularModel {
  readonly kind: 'tabular';
  readonly features: readonly Feature[];
  /** The labels a classifier may answer, in the order of the probabilities; undefined for a regression. */
  readonly classes: readonly Label[] | undefined;
  /** The model's own values of the parameters that a request may override. */
  readonly params: ModelParams;
  /** One prediction per row, in order. */
  predict(rows: readonly Row[], params: ModelParams): readonly Prediction[] | Promise<readonly Prediction[]>;
}

/** A failure the model reports on purpose: the service answers 500 with this message and code. */
export class PredictError extends Error {
  override readonly name = 'PredictError';
  constructor(
    message: string,
    readonly code: number = -1,
  ) {
    super(message);
  }
}
