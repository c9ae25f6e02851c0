import { factoriseCholesky, solveCholesky, solveLower } from '../linear-algebra/cholesky';
import { addOuterProduct } from '../linear-algebra/outer-products';

/**
 * The sums by which one user's weights follow from the features f and scores s of what the user observed:
 * w = (Σ f fᵀ + ridge · I)⁻¹ Σ f s. An observation costs O(width²), whatever came before; weights cost O(width³).
 */
export class RidgeSums {
  private readonly matrix: Float64Array;
  private readonly right: Float64Array;

  /** @param ridge above 0; λ times the length of the features in compatible models */
  constructor(
    private readonly width: number,
    private readonly ridge: number,
  ) {
    this.matrix = new Float64Array(width * width);
    this.right = new Float64Array(width);
  }

  add(features: Float64Array, score: number): void {
    addOuterProduct(this.matrix, this.width, features, 1);
    this.addScore(features, score);
  }

  /** Adds the score of an observation whose features are in the sums. */
  addScore(features: Float64Array, score: number): void {
    for (let i = 0; i < this.width; i++) this.right[i]! += score * features[i]!;
  }

  /** Takes out all scores and leaves the features, whose scores can be added anew. */
  forgetScores(): void {
    this.right.fill(0);
  }

  solve(): RidgeSolution {
    const factor = this.matrix.slice();
    for (let i = 0; i < this.width; i++) factor[i * this.width + i]! += this.ridge;
    factoriseCholesky(factor, this.width);
    const weights = this.right.slice();
    solveCholesky(factor, this.width, weights);
    return new RidgeSolution(weights, factor);
  }
}

/** A user's weights, and how well they are known. */
export class RidgeSolution {
  private readonly scratch: Float64Array;

  /** @param factor the Cholesky factor of A = Σ f fᵀ + ridge · I */
  constructor(
    readonly weights: Float64Array,
    private readonly factor: Float64Array,
  ) {
    this.scratch = new Float64Array(weights.length);
  }

  /**
   * √(fᵀA⁻¹f): how uncertain the score of an item is, in units of the noise of a score. Score + α · uncertainty is the
   * upper confidence bound of LinUCB (Li et al., 2010).
   */
  uncertaintyOf(features: Float64Array): number {
    this.scratch.set(features);
    solveLower(this.factor, this.weights.length, this.scratch);
    let sum = 0;
    for (const x of this.scratch) sum += x * x;
    return Math.sqrt(sum);
  }
}
