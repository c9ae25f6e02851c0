import { bestChange, violation } from './coordinate';
import type { Quadratic } from './quadratic';
import { rayMinimum } from './ray-minimum';

/** The violation of the optimum's conditions has to fall to this share of what it was at first. */
const enough = 1e-3;
const maxRounds = 200;
/** How many weights a round may make 0 on its way to the minimum. */
const maxZeroed = 500;
const maxConjugateSteps = 50;
/** So many multiplications are enough, a second or two: a model that is hard to minimise is replaced by the next one. */
const maxWork = 1e9;
/** Added to the diagonal of H, as a share of it, when a linear system is solved: collinear columns make H singular. */
const ridge = 1e-12;

/**
 * Minimises G·d + ½dᵀHd + λ‖w + d‖₁ over d. Rounds of coordinate descent find out which weights are 0. Along collinear
 * columns they creep, so each round goes on along the direction that conjugate gradients find on the other weights.
 * @param gradient G
 * @param weights w
 * @returns d
 */
export function minimiseModel(
  quadratic: Quadratic,
  gradient: Float64Array,
  weights: Float64Array,
  lambda: number,
): Float64Array {
  const problem: Problem = { quadratic, gradient, lambda, point: weights.slice(), work: 0 };
  const goal = enough * worstViolation(problem);
  for (let round = 0; round < maxRounds && problem.work < maxWork; round++) {
    if (worstViolation(problem) <= goal) break;
    descendCoordinates(problem);
    let zeroed = 0;
    while (zeroed < maxZeroed && problem.work < maxWork && descendTogether(problem) === 'zeroed') zeroed++;
  }
  return problem.point.map((value, j) => value - weights[j]!);
}

interface Problem {
  readonly quadratic: Quadratic;
  readonly gradient: Float64Array;
  readonly lambda: number;
  /** w + d. */
  readonly point: Float64Array;
  /** Multiplications that were made. */
  work: number;
}

const slopeAt = ({ quadratic, gradient }: Problem, j: number): number => gradient[j]! + quadratic.slope(j);

/** Weights of empty columns aside: they are 0 after the first round. */
function worstViolation(problem: Problem): number {
  const { quadratic, point, lambda } = problem;
  let worst = 0;
  for (let j = 0; j < point.length; j++) {
    if (quadratic.diagonal[j] !== 0) worst = Math.max(worst, violation(slopeAt(problem, j), point[j]!, lambda));
  }
  return worst;
}

/** Minimises along one coordinate after the other. */
function descendCoordinates(problem: Problem): void {
  const { quadratic, lambda, point } = problem;
  for (let j = 0; j < point.length; j++) {
    const by = bestChange(slopeAt(problem, j), quadratic.diagonal[j]!, point[j]!, lambda);
    // Without curvature a slope above λ has no minimum.
    if (by === 0 || !Number.isFinite(by)) continue;
    quadratic.move(j, by);
    point[j]! += by;
  }
}

/**
 * Minimises along the direction to the minimum in the orthant of the weights that are not 0. If that is where one of
 * them is 0, the way to the minimum of the others goes on from there.
 */
function descendTogether(problem: Problem): 'zeroed' | 'done' {
  const { quadratic, lambda, point } = problem;
  const at = Uint32Array.from(point.keys()).filter((j) => point[j] !== 0 && quadratic.diagonal[j] !== 0);
  const slopes = Float64Array.from(at, (j) => slopeAt(problem, j));
  const towards = slopes.map((slope, i) => -slope - lambda * Math.sign(point[at[i]!]!));
  const direction = solve(problem, at, towards);
  const { length, stop } = rayMinimum({
    start: Float64Array.from(at, (j) => point[j]!),
    direction,
    slope: dot(slopes, direction),
    curvature: dot(direction, quadratic.multiply(at, direction)),
    lambda,
  });
  if (!(length > 0)) return 'done';
  at.forEach((j, i) => {
    const by = i === stop ? -point[j]! : length * direction[i]!;
    quadratic.move(j, by);
    point[j]! += by;
  });
  return stop === undefined ? 'done' : 'zeroed';
}

/** Solves Hx = b at some positions by conjugate gradients, preconditioned by H's diagonal. */
function solve(problem: Problem, at: Uint32Array, b: Float64Array): Float64Array {
  const { quadratic } = problem;
  const diagonal = Float64Array.from(at, (j) => quadratic.diagonal[j]!);
  const x = new Float64Array(at.length);
  const rest = b.slice();
  let scaled = rest.map((value, i) => value / diagonal[i]!);
  let size = dot(rest, scaled);
  const goal = size * 1e-12;
  const direction = scaled.slice();
  for (let step = 0; step < Math.min(at.length, maxConjugateSteps) && size > goal; step++) {
    problem.work += quadratic.work;
    const product = quadratic.multiply(at, direction);
    for (let i = 0; i < product.length; i++) product[i]! += ridge * diagonal[i]! * direction[i]!;
    const length = size / dot(direction, product);
    for (let i = 0; i < x.length; i++) {
      x[i]! += length * direction[i]!;
      rest[i]! -= length * product[i]!;
    }
    scaled = rest.map((value, i) => value / diagonal[i]!);
    const nextSize = dot(rest, scaled);
    for (let i = 0; i < x.length; i++) direction[i] = scaled[i]! + (nextSize / size) * direction[i]!;
    size = nextSize;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
