import type { DoubleArray } from '../array-bytes';
import { classifierIn, likeliest } from '../classifier';
import { type Label, type ModelParams, type Prediction, type Row, SampleError, type TabularModel } from '../model';
import { doublesOf } from '../model-arrays';
import type { EncodedFeature, ModelFile } from '../model-file';
import { softmaxInPlace } from '../softmax/softmax';
import { Counter, NegativeFeatureError } from './counts';
import type { ClassLikelihoods } from './naive-bayes';

/** The name of the algorithm in configurations and model files. */
export const naiveBayesAlgorithm = 'naive';

/** What a naive Bayes model is made of. */
export interface NaiveBayesParts extends ClassLikelihoods {
  readonly features: readonly EncodedFeature[];
  readonly classes: readonly Label[];
  readonly params: ModelParams;
}

/** Multinomial naive Bayes: the label of the likeliest class, and the probability of each. */
export class NaiveBayesModel implements TabularModel {
  readonly kind = 'tabular';
  readonly features: readonly EncodedFeature[];
  readonly classes: readonly Label[];
  readonly params: ModelParams;

  private readonly priors: Float64Array;
  private readonly columns: Float64Array;
  private readonly counter: Counter;

  constructor({ features, classes, params, priors, columns }: NaiveBayesParts) {
    this.features = features;
    this.classes = classes;
    this.params = params;
    this.priors = priors;
    this.columns = columns;
    this.counter = new Counter(features);
  }

  /**
   * Takes the model out of a decoded model file.
   * @throws {ModelFileError} if the arrays do not fit the features and classes, or hold numbers that are not finite
   */
  static fromFile({ header, arrays }: ModelFile): NaiveBayesModel {
    const { features, classes } = classifierIn(header, 'naive Bayes');
    const { width } = new Counter(features);
    return new NaiveBayesModel({
      features,
      classes,
      params: header.params,
      priors: doublesOf(arrays, 'priors', [classes.length]),
      columns: doublesOf(arrays, 'columns', [width, classes.length]),
    });
  }

  /** The arrays of this model for its file. */
  toArrays(): Map<string, DoubleArray> {
    const classes = this.classes.length;
    return new Map([
      ['priors', { dtype: 'float64', shape: [classes], values: this.priors }],
      ['columns', { dtype: 'float64', shape: [this.counter.width, classes], values: this.columns }],
    ]);
  }

  /** @throws {SampleError} naming the row and the feature that is below zero */
  predict(rows: readonly Row[]): Prediction[] {
    try {
      return rows.map((row, n) => this.predictOne(row, n));
    } catch (error) {
      if (error instanceof NegativeFeatureError) throw new SampleError(error.row, error.feature, error.reason);
      throw error;
    }
  }

  private predictOne(row: Row, n: number): Prediction {
    const classes = this.classes.length;
    const probabilities = [...this.priors];
    this.counter.count(row, n, (column, amount) => {
      for (let c = 0; c < classes; c++) probabilities[c]! += amount * this.columns[column * classes + c]!;
    });
    softmaxInPlace(probabilities);
    return { output: likeliest(this.classes, probabilities), probabilities };
  }
}
