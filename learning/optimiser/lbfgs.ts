import { searchLine, type Trial } from './line-search';

/** Answers the value at `point` and writes the gradient there into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

/** Where an optimisation stands. */
export interface OptimiserState {
  /** Steps taken so far. */
  readonly iterations: number;
  readonly value: number;
  /** What `LbfgsOptions.gradientNorm` says of the gradient. */
  readonly gradientNorm: number;
}

/** Where an optimisation ended, and why. */
export interface Minimum extends OptimiserState {
  readonly point: Float64Array;
  /** `stalled`: rounding errors leave no step that lowers the value. */
  readonly reason: 'converged' | 'maxIterations' | 'stalled';
}

export interface LbfgsOptions {
  /** Ends once the norm of the gradient is at most this. */
  readonly tolerance: number;
  /** Ends after this many steps at the latest. */
  readonly maxIterations: number;
  /**
   * Number of past steps that shape the next one.
   * @default 10
   */
  readonly memory?: number;
  /**
   * Measures how far from an optimum a gradient is.
   * @default its largest absolute entry
   */
  readonly gradientNorm?: (gradient: Float64Array) => number;
}

/** One past step: the move of the point, the change of the gradient, and 1 / (move · change). */
interface Correction {
  readonly move: Float64Array;
  readonly change: Float64Array;
  readonly rho: number;
}

/**
 * Minimises a smooth function by limited-memory BFGS with a strong-Wolfe line search; deterministic.
 *
 * Yields after every step, so that a caller can report progress or stop early by not going on.
 * Nocedal & Wright, Numerical Optimization, 2nd edition, algorithm 7.5.
 */
export function* lbfgs(
  objective: Objective,
  start: Float64Array,
  { tolerance, maxIterations, memory = 10, gradientNorm = maxNorm }: LbfgsOptions,
): Generator<OptimiserState, Minimum> {
  let point = start.slice();
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  let nextPoint = new Float64Array(start.length);
  let nextGradient = new Float64Array(start.length);
  let corrections: Correction[] = [];
  let iterations = 0;

  const end = (reason: Minimum['reason']): Minimum => ({
    point,
    value,
    gradientNorm: gradientNorm(gradient),
    iterations,
    reason,
  });

  while (iterations < maxIterations) {
    if (gradientNorm(gradient) <= tolerance) return end('converged');

    const direction = descentDirection(gradient, corrections);
    const evaluate = (step: number): Trial => {
      for (let i = 0; i < point.length; i++) nextPoint[i] = point[i]! + step * direction[i]!;
      const trialValue = objective(nextPoint, nextGradient);
      return { step, value: trialValue, slope: dot(nextGradient, direction) };
    };
    const firstStep = corrections.length > 0 ? 1 : 1 / Math.sqrt(dot(gradient, gradient));
    const found = searchLine(evaluate, { step: 0, value, slope: dot(gradient, direction) }, firstStep);
    if (!found) {
      if (corrections.length === 0) return end('stalled');
      corrections = [];
      continue;
    }

    const correction = correctionOf(difference(nextPoint, point), difference(nextGradient, gradient));
    if (correction) corrections = [...corrections, correction].slice(-memory);
    [point, nextPoint] = [nextPoint, point];
    [gradient, nextGradient] = [nextGradient, gradient];
    value = found.value;
    iterations++;
    yield { iterations, value, gradientNorm: gradientNorm(gradient) };
  }
  return end(gradientNorm(gradient) <= tolerance ? 'converged' : 'maxIterations');
}

/** Minus the inverse Hessian estimate times the gradient: the two-loop recursion, algorithm 7.4. */
function descentDirection(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const alphas = new Float64Array(corrections.length);
  for (let n = corrections.length - 1; n >= 0; n--) {
    const { move, change, rho } = corrections[n]!;
    alphas[n] = rho * dot(move, direction);
    addScaled(direction, -alphas[n]!, change);
  }
  const last = corrections.at(-1);
  if (last) scale(direction, 1 / (last.rho * dot(last.change, last.change)));
  for (const [n, { move, change, rho }] of corrections.entries()) {
    addScaled(direction, alphas[n]! - rho * dot(change, direction), move);
  }
  return direction;
}

/** Undefined if the curvature along the move is lost in rounding and would spoil the estimate. */
function correctionOf(move: Float64Array, change: Float64Array): Correction | undefined {
  const curvature = dot(move, change);
  return curvature > Number.EPSILON * dot(change, change) ? { move, change, rho: 1 / curvature } : undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}

function scale(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! *= factor;
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((entry, i) => entry - b[i]!);

const maxNorm = (vector: Float64Array): number => vector.reduce((max, entry) => Math.max(max, Math.abs(entry)), 0);
