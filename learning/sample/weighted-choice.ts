import type { Random } from '../random';

/** Draws numbers with given weights, each in constant time: the alias method (Walker 1977, Vose 1991). */
export class WeightedChoice {
  /** Of each column the share that is its own number's, and the number that has the rest. */
  private readonly shares: Float64Array;
  private readonly aliases: Uint32Array;

  /** @param weights one a number from 0 on, positive, with any sum */
  constructor(weights: Float64Array) {
    const size = weights.length;
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / size;
    this.shares = weights.map((weight) => weight / mean);
    this.aliases = Uint32Array.from(weights.keys());
    const below: number[] = [];
    const above: number[] = [];
    for (let i = 0; i < size; i++) (this.shares[i]! < 1 ? below : above).push(i);
    while (below.length > 0 && above.length > 0) {
      const small = below.pop()!;
      const large = above.at(-1)!;
      this.aliases[small] = large;
      this.shares[large]! -= 1 - this.shares[small]!;
      if (this.shares[large]! < 1) below.push(above.pop()!);
    }
    // What rounding leaves over fills its column alone.
    for (const i of [...below, ...above]) this.shares[i] = 1;
  }

  draw(random: Random): number {
    const place = random.uniform() * this.shares.length;
    const column = Math.floor(place);
    return place - column < this.shares[column]! ? column : this.aliases[column]!;
  }
}

/** Weights of Zipf's law: that of rank r, from 1, is r^−exponent. */
export const zipfWeights = (ranks: number, exponent: number): Float64Array =>
  Float64Array.from({ length: ranks }, (_, i) => (i + 1) ** -exponent);
