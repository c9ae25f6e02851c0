import type { DoubleArray } from '../array-bytes';
import { classifierIn, likeliest } from '../classifier';
import { FeatureEncoder } from '../features/feature-encoding';
import type { Label, ModelParams, Prediction, Row, TabularModel } from '../model';
import { doublesOf } from '../model-arrays';
import type { EncodedFeature, ModelFile } from '../model-file';
import { type SoftmaxWeights, softmaxInPlace } from './softmax';

/** The name of the algorithm in configurations and model files. */
export const softmaxAlgorithm = 'softmax';

/** What a softmax model is made of. */
export interface SoftmaxParts extends SoftmaxWeights {
  readonly features: readonly EncodedFeature[];
  readonly classes: readonly Label[];
  readonly params: ModelParams;
}

/** A trained softmax regression: the label of the likeliest class, and the probability of each. */
export class SoftmaxModel implements TabularModel {
  readonly kind = 'tabular';
  readonly features: readonly EncodedFeature[];
  readonly classes: readonly Label[];
  readonly params: ModelParams;

  private readonly weights: Float64Array;
  private readonly intercepts: Float64Array;
  private readonly encoder: FeatureEncoder;
  /** The design vector of the row at hand, kept to spare the web service an allocation per request. */
  private readonly columns: Int32Array;
  private readonly values: Float64Array;

  constructor({ features, classes, params, weights, intercepts }: SoftmaxParts) {
    this.features = features;
    this.classes = classes;
    this.params = params;
    this.weights = weights;
    this.intercepts = intercepts;
    this.encoder = new FeatureEncoder(features);
    this.columns = new Int32Array(features.length);
    this.values = new Float64Array(features.length);
  }

  /**
   * Takes the model out of a decoded model file.
   * @throws {ModelFileError} if the arrays do not fit the features and classes, or hold numbers that are not finite
   */
  static fromFile({ header, arrays }: ModelFile): SoftmaxModel {
    const { features, classes } = classifierIn(header, 'softmax');
    const { width } = new FeatureEncoder(features);
    return new SoftmaxModel({
      features,
      classes,
      params: header.params,
      weights: doublesOf(arrays, 'weights', [width, classes.length]),
      intercepts: doublesOf(arrays, 'intercepts', [classes.length]),
    });
  }

  /** The arrays of this model for its file. */
  toArrays(): Map<string, DoubleArray> {
    const classes = this.classes.length;
    return new Map([
      ['weights', { dtype: 'float64', shape: [this.encoder.width, classes], values: this.weights }],
      ['intercepts', { dtype: 'float64', shape: [classes], values: this.intercepts }],
    ]);
  }

  predict(rows: readonly Row[]): Prediction[] {
    const predictions: Prediction[] = [];
    for (const row of rows) predictions.push(this.predictOne(row));
    return predictions;
  }

  private predictOne(row: Row): Prediction {
    const { columns, values, weights, intercepts } = this;
    const classes = intercepts.length;
    this.encoder.encodeInto(row, columns, values, 0);

    const probabilities: number[] = [];
    for (let c = 0; c < classes; c++) probabilities.push(intercepts[c]!);
    for (let entry = 0; entry < columns.length; entry++) {
      const x = values[entry]!;
      const weight = columns[entry]! * classes;
      for (let c = 0; c < classes; c++) probabilities[c]! += weights[weight + c]! * x;
    }
    softmaxInPlace(probabilities);
    return { output: likeliest(this.classes, probabilities), probabilities };
  }
}
