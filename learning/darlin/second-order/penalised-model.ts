import { violation } from '../coordinate';
import type { Quadratic } from './quadratic';

/** G·d + ½dᵀHd + λ‖w + d‖₁, the model of the objective near w, at a d that moves; it starts at 0. */
export class PenalisedModel {
  /** w + d. */
  readonly point: Float64Array;
  /** The features along which the model is curved. Along the others only the penalty counts, or there is no minimum. */
  readonly features: Uint32Array;
  /** Multiplications that were made, about. */
  work = 0;

  /**
   * @param gradient G
   * @param weights w
   */
  constructor(
    private readonly quadratic: Quadratic,
    private readonly gradient: Float64Array,
    weights: Float64Array,
    readonly lambda: number,
  ) {
    const isCurved = (j: number) => quadratic.diagonal[j]! > 0;
    this.point = weights.map((weight, j) => (isCurved(j) || Math.abs(gradient[j]!) > lambda ? weight : 0));
    this.features = Uint32Array.from(weights.keys()).filter(isCurved);
  }

  /** Element j of G + Hd. */
  slope(j: number): number {
    return this.gradient[j]! + this.quadratic.slope(j);
  }

  /** Element j of H's diagonal. */
  curvature(j: number): number {
    return this.quadratic.diagonal[j]!;
  }

  move(j: number, by: number): void {
    if (by === 0) return;
    this.work += this.quadratic.work(1);
    this.quadratic.move(j, by);
    this.point[j]! += by;
  }

  /** Hv for a vector that is 0 except at some features, and only there. */
  multiply(at: Uint32Array, v: Float64Array): Float64Array {
    this.work += this.quadratic.work(at.length);
    return this.quadratic.multiply(at, v);
  }

  /** By how much the conditions of the minimum are violated, at most. */
  worstViolation(): number {
    return this.features.reduce(
      (worst, j) => Math.max(worst, violation(this.slope(j), this.point[j]!, this.lambda)),
      0,
    );
  }

  /** The features whose weight is not 0. */
  support(): Uint32Array {
    return this.features.filter((j) => this.point[j] !== 0);
  }
}
