import { dot } from '../linear-algebra/dot';

/** What a catalogue is made of; entry i of each list belongs to item i. */
export interface CatalogueParts {
  /** Ascending, without repetition: of equal scores the first by id is the better one. */
  readonly ids: readonly string[];
  /** Row-major, items × width. */
  readonly features: Float64Array;
  readonly width: number;
  /** How many leading entries of the features are factors, by which items are alike; the others are deviations. */
  readonly rank: number;
  /** How often training met each item. */
  readonly popularity: Float64Array;
}

/** The items of a model, numbered in the order of their ids. */
export class Catalogue {
  readonly ids: readonly string[];
  readonly features: Float64Array;
  readonly width: number;
  readonly rank: number;
  readonly popularity: Float64Array;
  /** Euclidean length of each item's factors. */
  readonly lengths: Float64Array;
  private readonly numbers: ReadonlyMap<string, number>;

  constructor({ ids, features, width, rank, popularity }: CatalogueParts) {
    this.ids = ids;
    this.features = features;
    this.width = width;
    this.rank = rank;
    this.popularity = popularity;
    this.lengths = Float64Array.from(ids, (_, item) => lengthOf(this.featuresOf(item).subarray(0, rank)));
    this.numbers = new Map(ids.map((id, number) => [id, number]));
  }

  get size(): number {
    return this.ids.length;
  }

  /** @returns undefined if there is no such item */
  numberOf(id: string): number | undefined {
    return this.numbers.get(id);
  }

  /** A view of an item's features. */
  featuresOf(item: number): Float64Array {
    return this.features.subarray(item * this.width, (item + 1) * this.width);
  }
}

const lengthOf = (vector: Float64Array): number => Math.sqrt(dot(vector, vector));
