import type { DesignMatrix } from './feature-encoding';
import { lbfgs, type Minimum, type Objective, type OptimiserState } from './lbfgs';

/** What softmax regression learns from. */
export interface SoftmaxProblem {
  readonly design: DesignMatrix;
  /** Number of columns of the design matrix. */
  readonly width: number;
  /** Class number of each row, from 0. */
  readonly labels: Int32Array;
  readonly classes: number;
}

export interface SoftmaxOptions {
  /** Weight λ of the penalty ½λ‖W‖²; the intercepts are free. */
  readonly lambda: number;
  readonly maxIterations: number;
}

/** `weights` is row-major, width × classes; `intercepts` has one entry per class. */
export interface SoftmaxWeights {
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
}

/** The largest absolute entry of the gradient at the optimum, per example. */
const tolerancePerExample = 1e-6;

/**
 * Multinomial logistic regression: minimises Σ −ln p(y|x) + ½λ‖W‖² with p = softmax(xW + b), from zero, until no entry
 * of the gradient exceeds 1e-6 · examples. Yields after every step.
 */
export function* fitSoftmax(
  problem: SoftmaxProblem,
  { lambda, maxIterations }: SoftmaxOptions,
): Generator<OptimiserState, SoftmaxWeights & { readonly minimum: Minimum }> {
  const { width, classes, design } = problem;
  const start = new Float64Array((width + 1) * classes);
  const tolerance = tolerancePerExample * design.rows;
  const minimum = yield* lbfgs(softmaxObjective(problem, lambda), start, { tolerance, maxIterations });
  return {
    weights: minimum.point.slice(0, width * classes),
    intercepts: minimum.point.slice(width * classes),
    minimum,
  };
}

/** The objective over W (width × classes) followed by b (classes), and its gradient Σ (p − y)xᵀ + λW. */
function softmaxObjective({ design, width, labels, classes }: SoftmaxProblem, lambda: number): Objective {
  const { rows, entries, columns, values } = design;
  const p = new Float64Array(classes);
  const intercept = width * classes;

  return (point, gradient) => {
    let value = 0;
    for (let i = 0; i < intercept; i++) {
      value += 0.5 * lambda * point[i]! ** 2;
      gradient[i] = lambda * point[i]!;
    }
    gradient.fill(0, intercept);

    for (let row = 0; row < rows; row++) {
      const label = labels[row]!;
      for (let c = 0; c < classes; c++) p[c] = point[intercept + c]!;
      for (let entry = row * entries; entry < (row + 1) * entries; entry++) {
        const x = values[entry]!;
        const weight = columns[entry]! * classes;
        for (let c = 0; c < classes; c++) p[c]! += point[weight + c]! * x;
      }
      const labelLogit = p[label]!;
      value += softmaxInPlace(p) - labelLogit;

      p[label]! -= 1;
      for (let c = 0; c < classes; c++) gradient[intercept + c]! += p[c]!;
      for (let entry = row * entries; entry < (row + 1) * entries; entry++) {
        const x = values[entry]!;
        const weight = columns[entry]! * classes;
        for (let c = 0; c < classes; c++) gradient[weight + c]! += p[c]! * x;
      }
    }
    return value;
  };
}

/**
 * Turns logits into probabilities, without overflow however large they are.
 * @returns ln Σ exp(logit)
 */
export function softmaxInPlace(logits: Float64Array | number[]): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < logits.length; c++) max = Math.max(max, logits[c]!);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) {
    logits[c] = Math.exp(logits[c]! - max);
    sum += logits[c]!;
  }
  for (let c = 0; c < logits.length; c++) logits[c]! /= sum;
  return max + Math.log(sum);
}
