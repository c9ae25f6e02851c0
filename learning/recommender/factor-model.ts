import { dot } from '../linear-algebra/dot';
import type { Feature, ModelParams, Prediction, Row, UserItemModel } from '../model';
import { doublesOf, textsOf } from '../model-arrays';
import { type ModelArray, type ModelFile, ModelFileError } from '../model-file';
import { Catalogue } from './catalogue';

/** The name of the algorithm in configurations and model files. */
export const alsAlgorithm = 'als';

/** Least and largest score that a model answers. */
export interface ScoreRange {
  readonly min: number;
  readonly max: number;
}

/** Weights of users; row i belongs to user i. */
export interface UserWeights {
  readonly ids: readonly string[];
  /** Row-major, users × width. */
  readonly weights: Float64Array;
}

/** What a factor model is made of. */
export interface FactorModelParts {
  readonly catalogue: Catalogue;
  readonly users: UserWeights;
  /** Of `catalogue.width` entries, as `unknownItem`. */
  readonly averageUser: Float64Array;
  readonly unknownItem: Float64Array;
  /** Undefined leaves scores as they are. */
  readonly range: ScoreRange | undefined;
  readonly params: ModelParams;
}

/** Users and items as vectors, however they were learnt. */
export class FactorModel implements UserItemModel {
  readonly kind = 'user-item';
  readonly classes = undefined;
  readonly features: readonly Feature[] = [
    { name: 'user', type: 'str', aliases: [] },
    { name: 'item', type: 'str', aliases: [] },
  ];
  readonly params: ModelParams;
  readonly catalogue: Catalogue;
  readonly averageUser: Float64Array;
  readonly range: ScoreRange | undefined;

  private readonly unknownItem: Float64Array;
  private readonly users: UserWeights;
  private readonly userNumbers: ReadonlyMap<string, number>;

  constructor({ catalogue, users, averageUser, unknownItem, range, params }: FactorModelParts) {
    this.catalogue = catalogue;
    this.users = users;
    this.averageUser = averageUser;
    this.unknownItem = unknownItem;
    this.range = range;
    this.params = params;
    this.userNumbers = new Map(users.ids.map((id, number) => [id, number]));
  }

  /** What answers before anything is learnt: no items, all weights one. */
  static empty(width: number): FactorModel {
    return new FactorModel({
      catalogue: new Catalogue({
        ids: [],
        features: new Float64Array(),
        width,
        rank: width,
        popularity: new Float64Array(),
      }),
      users: { ids: [], weights: new Float64Array() },
      averageUser: new Float64Array(width).fill(1),
      unknownItem: new Float64Array(width),
      range: undefined,
      params: {},
    });
  }

  /**
   * Takes the model out of a decoded model file.
   * @throws {ModelFileError} if the arrays do not fit each other, ids are not ascending, or a number is not finite
   */
  static fromFile({ header, arrays }: ModelFile): FactorModel {
    const width = arrays.get('averageUser')?.shape[0] ?? 0;
    const rank = header.hyperparameters.rank;
    if (rank === undefined || !Number.isInteger(rank) || rank < 1 || rank > width) {
      throw new ModelFileError(`the hyperparameter 'rank' must be a whole number from 1 to ${width}`);
    }
    for (const name of ['lambda', 'ridgeFactor']) {
      const setting = header.hyperparameters[name] ?? 1;
      if (!(setting > 0)) throw new ModelFileError(`the hyperparameter '${name}' must be above 0`);
    }
    const items = idsOf(arrays, 'items');
    const users = idsOf(arrays, 'users');
    return new FactorModel({
      catalogue: new Catalogue({
        ids: items,
        features: doublesOf(arrays, 'itemFeatures', [items.length, width]),
        width,
        rank,
        popularity: doublesOf(arrays, 'popularity', [items.length]),
      }),
      users: { ids: users, weights: doublesOf(arrays, 'userWeights', [users.length, width]) },
      averageUser: doublesOf(arrays, 'averageUser', [width]),
      unknownItem: doublesOf(arrays, 'unknownItem', [width]),
      range: rangeOf(arrays),
      params: header.params,
    });
  }

  /** The arrays of this model for its file; its header names `catalogue.rank` as the hyperparameter `rank`. */
  toArrays(): Map<string, ModelArray> {
    const { catalogue, users, range } = this;
    const { width } = catalogue;
    const doubles = (values: Float64Array, ...shape: number[]): ModelArray => ({ dtype: 'float64', shape, values });
    const texts = (values: readonly string[]): ModelArray => ({ dtype: 'text', shape: [values.length], values });
    return new Map([
      ['items', texts(catalogue.ids)],
      ['itemFeatures', doubles(catalogue.features, catalogue.size, width)],
      ['popularity', doubles(catalogue.popularity, catalogue.size)],
      ['users', texts(users.ids)],
      ['userWeights', doubles(users.weights, users.ids.length, width)],
      ['averageUser', doubles(this.averageUser, width)],
      ['unknownItem', doubles(this.unknownItem, width)],
      ...(range ? [['range', doubles(Float64Array.of(range.min, range.max), 2)] as const] : []),
    ]);
  }

  get width(): number {
    return this.catalogue.width;
  }

  weightsOf(user: string): Float64Array | undefined {
    const number = this.userNumbers.get(user);
    return number === undefined
      ? undefined
      : this.users.weights.subarray(number * this.width, (number + 1) * this.width);
  }

  featuresOf(item: string): Float64Array {
    const number = this.catalogue.numberOf(item);
    return number === undefined ? this.unknownItem : this.catalogue.featuresOf(number);
  }

  /** weights · features, clipped to the range of the scores if there is one. */
  score(weights: Float64Array, features: Float64Array): number {
    return this.clip(dot(weights, features));
  }

  predict(rows: readonly Row[]): Prediction[] {
    return rows.map(([user, item]) => ({
      output: this.score(this.weightsOf(user as string) ?? this.averageUser, this.featuresOf(item as string)),
    }));
  }

  private clip(score: number): number {
    return this.range ? Math.min(Math.max(score, this.range.min), this.range.max) : score;
  }
}

function idsOf(arrays: ModelFile['arrays'], name: string): readonly string[] {
  const ids = textsOf(arrays, name);
  if (ids.some((id, i) => i > 0 && id <= ids[i - 1]!))
    throw new ModelFileError(`the ids of '${name}' are not ascending`);
  return ids;
}

function rangeOf(arrays: ModelFile['arrays']): ScoreRange | undefined {
  if (!arrays.has('range')) return undefined;
  const [min, max] = doublesOf(arrays, 'range', [2]) as unknown as [number, number];
  if (min > max) throw new ModelFileError(`the range of the scores ends at ${max} before it starts at ${min}`);
  return { min, max };
}
