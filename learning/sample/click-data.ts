import { type Random, randomFor } from '../random';
import { WeightedChoice, zipfWeights } from './weighted-choice';

/** How clicks are made. */
export interface ClickModel {
  /** Distinct keys, 1 to this number; key k is the k-th most frequent. */
  readonly keys: number;
  readonly keysPerLine: number;
  /** Of Zipf's law, by which keys are drawn. */
  readonly exponent: number;
  /** Standard deviation of the weights. */
  readonly weightDeviation: number;
  readonly seed: number;
}

/** A shown page, and whether it was clicked. */
export interface Click {
  readonly label: 1 | -1;
  /** Distinct, in the order in which they were drawn; the array is used again for the next line. */
  readonly keys: Uint32Array;
}

/**
 * Click data with a known truth: each line has distinct keys drawn by Zipf's law, and is clicked with the probability
 * 1/(1+exp(−Σw)), the weights w of the keys drawn from a normal distribution.
 */
export class ClickData {
  /** Weight of key k at k − 1. */
  readonly weights: Float64Array;
  private readonly choice: WeightedChoice;
  private readonly line: Uint32Array;
  /** The number of the line in which each key was last drawn. */
  private readonly lastLine: Uint32Array;
  private lines = 0;

  /** @throws {RangeError} if a line cannot have so many distinct keys */
  constructor(private readonly model: ClickModel) {
    const { keys, keysPerLine, exponent, weightDeviation, seed } = model;
    if (keysPerLine > keys) throw new RangeError(`a line cannot have ${keysPerLine} of ${keys} keys`);
    const random = randomFor(seed, 'weights', 0);
    this.weights = Float64Array.from({ length: keys }, () => weightDeviation * random.normal());
    this.choice = new WeightedChoice(zipfWeights(keys, exponent));
    this.line = new Uint32Array(keysPerLine);
    this.lastLine = new Uint32Array(keys);
  }

  /** Endless lines of a named set; the same model and name give the same lines. */
  *draw(set: string): Generator<Click> {
    const random = randomFor(this.model.seed, set, 0);
    for (;;) yield this.next(random);
  }

  private next(random: Random): Click {
    const { choice, line, lastLine, weights } = this;
    const number = ++this.lines;
    let margin = 0;
    for (let i = 0; i < line.length; ) {
      const key = choice.draw(random);
      if (lastLine[key] === number) continue;
      lastLine[key] = number;
      margin += weights[key]!;
      line[i++] = key + 1;
    }
    return { label: random.uniform() < 1 / (1 + Math.exp(-margin)) ? 1 : -1, keys: line };
  }
}
