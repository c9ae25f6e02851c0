import type { FeatureValue, Label, ModelParams, Prediction, Row, TabularModel } from '../model';
import { doublesOf, keysOf } from '../model-arrays';
import { type HashedFeature, type ModelArray, type ModelFile, ModelFileError } from '../model-file';
import { KeyHash } from '../sparse/key-hash';
import { KeyTable } from '../sparse/key-table';
import { compareKeys, type Keys, keyCount } from '../sparse/keys';
import type { SparseRows } from '../sparse/rows';
import { isKeyText, type SparseFeatures } from '../sparse/sparse-features';
import type { Loss } from './loss';
import { rowsTimes } from './rows-times';

/** The name of the algorithm in configurations and model files. */
export const sparseLinearAlgorithm = 'sparse-linear';

/** What a linear model of sparse features is made of. */
export interface SparseLinearParts {
  readonly features: readonly HashedFeature[];
  readonly params: ModelParams;
  readonly loss: Loss;
  /** Distinct keys, ascending, and the weight of each. */
  readonly keys: Keys;
  readonly weights: Float64Array;
}

/** The labels of a model of the logistic loss, in the order of their probabilities. */
const classes: readonly Label[] = [-1, 1];

/**
 * A linear model m = x·w over keys of 64 bits. With the logistic loss it answers the likelier of the labels −1 and 1 and
 * both probabilities, P(1) = 1/(1+exp(−m)); with any other the margin m itself.
 *
 * The features of a sample become keys as training data does: a number is the value of the key that is the hash of the
 * feature's name, a text is 1 for the hash of `name=text` (an empty one is left out), and sparse features bring their
 * own keys, or names that are hashed. What the model has no weight for counts as 0.
 */
export class SparseLinearModel implements TabularModel {
  readonly kind = 'tabular';
  readonly features: readonly HashedFeature[];
  readonly classes: readonly Label[] | undefined;
  readonly params: ModelParams;
  readonly loss: Loss;

  private readonly keys: Keys;
  private readonly weights: Float64Array;
  /** The place of each key, which is its slot, as they were added in order. */
  private readonly table: KeyTable;
  /** Weights of the keys that are the hash of a feature's name; for other features 0. */
  private readonly namedWeights: Float64Array;
  private readonly hash = new KeyHash();

  constructor({ features, params, loss, keys, weights }: SparseLinearParts) {
    this.features = features;
    this.params = params;
    this.loss = loss;
    this.classes = loss === 'LOGIT' ? classes : undefined;
    this.keys = keys;
    this.weights = weights;
    this.table = new KeyTable(keyCount(keys));
    for (let i = 0; i < keyCount(keys); i++) this.table.add(keys[2 * i]!, keys[2 * i + 1]!);
    this.namedWeights = Float64Array.from(features, ({ name }) => this.weightOfName(name));
  }

  /**
   * Takes the model out of a decoded model file.
   * @throws {ModelFileError} if the arrays do not fit each other, or the keys do not ascend
   */
  static fromFile({ header, arrays }: ModelFile): SparseLinearModel {
    const { loss, params } = header;
    if (!loss) throw new ModelFileError('a sparse linear model needs a loss');
    const features = header.features.filter(isHashed);
    if (features.length < header.features.length) {
      throw new ModelFileError('a feature of a sparse linear model must be float, int, str or sparse');
    }
    const keys = keysOf(arrays, 'keys');
    for (let i = 1; i < keyCount(keys); i++) {
      if (compareKeys(keys, i - 1, keys, i) >= 0) throw new ModelFileError("array 'keys' does not ascend");
    }
    return new SparseLinearModel({
      features,
      params,
      loss,
      keys,
      weights: doublesOf(arrays, 'weights', [keyCount(keys)]),
    });
  }

  /** The arrays of this model for its file. */
  toArrays(): Map<string, ModelArray> {
    const shape = [this.weights.length];
    return new Map<string, ModelArray>([
      ['keys', { dtype: 'uint64', shape, values: this.keys }],
      ['weights', { dtype: 'float64', shape, values: this.weights }],
    ]);
  }

  predict(rows: readonly Row[]): Prediction[] {
    return rows.map((row) => this.answer(this.margin(row)));
  }

  /** x·w of every row of training or validation data. */
  margins(rows: SparseRows): Float64Array {
    const { keys, labels } = rows;
    const weights = Float64Array.from({ length: keyCount(keys) }, (_, i) =>
      this.weightOf(keys[2 * i]!, keys[2 * i + 1]!),
    );
    const margins = new Float64Array(labels.length);
    rowsTimes(rows, weights, margins);
    return margins;
  }

  private answer(margin: number): Prediction {
    if (!this.classes) return { output: margin };
    const probability = 1 / (1 + Math.exp(-margin));
    const output = Number.isNaN(margin) ? margin : margin > 0 ? 1 : -1;
    return { output, probabilities: [1 / (1 + Math.exp(margin)), probability] };
  }

  private margin(row: Row): number {
    let margin = 0;
    for (let i = 0; i < this.features.length; i++) margin += this.term(i, row[i]!);
    return margin;
  }

  private term(feature: number, value: FeatureValue): number {
    if (typeof value === 'object') return this.sparseTerm(value);
    const { name, type } = this.features[feature]!;
    if (type !== 'str') return this.namedWeights[feature]! * (value as number);
    return value === '' ? 0 : this.weightOfName(`${name}=${value}`);
  }

  private sparseTerm(features: SparseFeatures): number {
    let sum = 0;
    for (const id in features) {
      sum += features[id]! * (isKeyText(id) ? this.weightOfKeyText(id) : this.weightOfName(id));
    }
    return sum;
  }

  private weightOfKeyText(text: string): number {
    const key = BigInt(text);
    return this.weightOf(Number(key & 0xffffffffn), Number(key >> 32n));
  }

  private weightOfName(name: string): number {
    const bytes = Buffer.from(name);
    this.hash.hash(bytes, 0, bytes.length);
    return this.weightOf(this.hash.low, this.hash.high);
  }

  private weightOf(low: number, high: number): number {
    const slot = this.table.find(low, high);
    return slot < 0 ? 0 : this.weights[slot]!;
  }
}

const isHashed = (feature: ModelFile['header']['features'][number]): feature is HashedFeature =>
  feature.type !== 'bool' && !('categories' in feature);
