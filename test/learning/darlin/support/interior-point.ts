/** f = Σ log(1 + exp(−ym)) + λ‖w‖₁, written as in the definition. */
export function objective(
  matrix: Float64Array[],
  labels: number[],
  lambda: number,
  weights: ArrayLike<number>,
): number {
  const loss = margins(matrix, labels, weights).reduce(
    (sum, a) => sum + (a > 0 ? Math.log1p(Math.exp(-a)) : Math.log1p(Math.exp(a)) - a),
    0,
  );
  return loss + lambda * Array.from(weights).reduce((sum, w) => sum + Math.abs(w), 0);
}

/** A lower bound of f's minimum: the dual function at a feasible point made of the weights. */
export function lowerBound(
  matrix: Float64Array[],
  labels: number[],
  lambda: number,
  weights: ArrayLike<number>,
): number {
  const taus = margins(matrix, labels, weights).map((a) => 1 / (1 + Math.exp(a)));
  let steepest = 0;
  for (let j = 0; j < weights.length; j++) {
    steepest = Math.max(steepest, Math.abs(matrix.reduce((sum, row, i) => sum - labels[i]! * taus[i]! * row[j]!, 0)));
  }
  const thetas = taus.map((tau) => tau * Math.min(1, lambda / steepest));
  return -thetas.reduce((sum, t) => sum + (t > 0 ? t * Math.log(t) : 0) + (t < 1 ? (1 - t) * Math.log1p(-t) : 0), 0);
}

/**
 * Minimises f by a method that has nothing in common with coordinate descent: the bounds −u ≤ w ≤ u, λΣu for the
 * penalty, and Newton's method on t·f − Σ log(u² − w²) for growing t (Koh, Kim, Boyd, 2007), in dense matrices.
 * @returns the weights; f there is within about 2·columns/t of the minimum, t ending at 10¹¹
 */
export function interiorPoint(matrix: Float64Array[], labels: number[], lambda: number): Float64Array {
  const width = matrix[0]!.length;
  const w = new Float64Array(width);
  const u = new Float64Array(width).fill(1);
  for (let t = 1; t <= 1e11; t *= 8) {
    for (let step = 0; step < 60; step++) {
      const decrement = newtonStep(matrix, labels, lambda, t, w, u);
      if (decrement < 1e-9) break;
    }
  }
  return w;
}

/** One damped Newton step on w and u, in place. Returns the square of the Newton decrement. */
function newtonStep(
  matrix: Float64Array[],
  labels: number[],
  lambda: number,
  t: number,
  w: Float64Array,
  u: Float64Array,
): number {
  const width = w.length;
  const a = margins(matrix, labels, w);
  const hessian = Array.from(w, () => new Float64Array(width));
  const slopeW = new Float64Array(width);
  for (const [i, row] of matrix.entries()) {
    const e = Math.exp(-Math.abs(a[i]!));
    const bend = (t * e) / (1 + e) ** 2;
    const pull = (-t * labels[i]!) / (1 + Math.exp(a[i]!));
    for (let j = 0; j < width; j++) {
      slopeW[j]! += pull * row[j]!;
      for (let k = 0; k <= j; k++) hessian[j]![k]! += bend * row[j]! * row[k]!;
    }
  }
  const slopeU = new Float64Array(width);
  const cross = new Float64Array(width);
  const own = new Float64Array(width);
  const right = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    const above = 1 / (u[j]! - w[j]!);
    const below = 1 / (u[j]! + w[j]!);
    slopeW[j]! += above - below;
    slopeU[j] = t * lambda - above - below;
    own[j] = above ** 2 + below ** 2;
    cross[j] = below ** 2 - above ** 2;
    // u is eliminated: its own block of the Hessian is diagonal. own − cross²/own, without cancellation:
    hessian[j]![j]! += (4 * above ** 2 * below ** 2) / own[j]!;
    right[j] = -slopeW[j]! + (cross[j]! * slopeU[j]!) / own[j]!;
  }
  const stepW = solveByCholesky(hessian, right);
  const stepU = stepW.map((d, j) => (-slopeU[j]! - cross[j]! * d) / own[j]!);
  const decrement = -slopeW.reduce((sum, g, j) => sum + g * stepW[j]! + slopeU[j]! * stepU[j]!, 0);

  const value = (s: number): number => {
    let barrier = 0;
    const moved = w.map((x, j) => x + s * stepW[j]!);
    for (let j = 0; j < width; j++) {
      const bound = u[j]! + s * stepU[j]!;
      if (bound <= Math.abs(moved[j]!)) return Number.POSITIVE_INFINITY;
      barrier += t * lambda * bound - Math.log(bound - moved[j]!) - Math.log(bound + moved[j]!);
    }
    return barrier + t * objective(matrix, labels, 0, moved);
  };
  let s = 1;
  // At the end differences of values drown in rounding: feasible steps are then taken as they are.
  const start = value(0);
  while (s > 1e-12 && !(value(s) <= start - 0.01 * s * decrement + 1e-13 * Math.abs(start))) s /= 2;
  for (let j = 0; j < width; j++) {
    w[j]! += s * stepW[j]!;
    u[j]! += s * stepU[j]!;
  }
  return decrement;
}

const margins = (matrix: Float64Array[], labels: number[], weights: ArrayLike<number>): number[] =>
  matrix.map((row, i) => labels[i]! * row.reduce((sum, x, j) => sum + x * weights[j]!, 0));

/** Solves a positive definite system; of the matrix the lower triangle is read, and overwritten by its root. */
function solveByCholesky(matrix: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i]![k]! * matrix[j]![k]!;
      matrix[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / matrix[j]![j]!;
    }
  }
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= matrix[i]![k]! * x[k]!;
    x[i]! /= matrix[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= matrix[k]![i]! * x[k]!;
    x[i]! /= matrix[i]![i]!;
  }
  return x;
}
