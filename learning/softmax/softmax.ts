import type { DesignMatrix } from '../features/feature-encoding';
import { lbfgs, type Minimum, type Objective, type OptimiserState } from '../optimiser/lbfgs';
import { applyConditioning, type Conditioning, conditionDesign } from './conditioning';

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
  const conditioning = conditionDesign(design, width, classes, lambda);
  const conditioned = { ...problem, design: applyConditioning(design, conditioning) };
  const penalties = conditioning.scale.map((scale) => lambda * scale ** 2);
  const minimum = yield* lbfgs(softmaxObjective(conditioned, penalties), new Float64Array((width + 1) * classes), {
    tolerance: tolerancePerExample * design.rows,
    maxIterations,
    gradientNorm: (gradient) => originalGradientNorm(gradient, conditioning, classes),
  });
  return { ...originalWeights(minimum.point, conditioning, classes), minimum };
}

/**
 * The objective over V (width × classes) followed by c (classes), with ½·penalty·V² per column, and its gradient
 * Σ zᵀ(p − y) + penalty·V.
 */
function softmaxObjective({ design, width, labels, classes }: SoftmaxProblem, penalties: Float64Array): Objective {
  const { rows, entries, columns, values } = design;
  const p = new Float64Array(classes);
  const intercept = width * classes;

  return (point, gradient) => {
    let value = 0;
    for (let column = 0, i = 0; column < width; column++) {
      const penalty = penalties[column]!;
      for (let c = 0; c < classes; c++, i++) {
        value += 0.5 * penalty * point[i]! ** 2;
        gradient[i] = penalty * point[i]!;
      }
    }
    gradient.fill(0, intercept);

    for (let row = 0; row < rows; row++) {
      const first = row * entries;
      const label = labels[row]!;
      for (let c = 0; c < classes; c++) p[c] = point[intercept + c]!;
      for (let entry = first; entry < first + entries; entry++) {
        const z = values[entry]!;
        const weight = columns[entry]! * classes;
        for (let c = 0; c < classes; c++) p[c]! += z * point[weight + c]!;
      }
      const labelLogit = p[label]!;
      value += softmaxInPlace(p) - labelLogit;

      p[label]! -= 1;
      for (let c = 0; c < classes; c++) gradient[intercept + c]! += p[c]!;
      for (let entry = first; entry < first + entries; entry++) {
        const z = values[entry]!;
        const weight = columns[entry]! * classes;
        for (let c = 0; c < classes; c++) gradient[weight + c]! += z * p[c]!;
      }
    }
    return value;
  };
}

/** Largest absolute entry of the gradient by W and b: by W it is that by V / scale + centre · that by c. */
function originalGradientNorm(gradient: Float64Array, { centre, scale }: Conditioning, classes: number): number {
  const intercept = centre.length * classes;
  let norm = 0;
  for (let c = 0; c < classes; c++) {
    const byIntercept = gradient[intercept + c]!;
    norm = Math.max(norm, Math.abs(byIntercept));
    for (let column = 0; column < centre.length; column++) {
      const byWeight = gradient[column * classes + c]! / scale[column]! + centre[column]! * byIntercept;
      norm = Math.max(norm, Math.abs(byWeight));
    }
  }
  return norm;
}

/** W = scale · V and b = c − centre · W. */
function originalWeights(point: Float64Array, { centre, scale }: Conditioning, classes: number): SoftmaxWeights {
  const weights = point.slice(0, centre.length * classes);
  const intercepts = point.slice(centre.length * classes);
  for (let column = 0; column < centre.length; column++) {
    for (let c = 0; c < classes; c++) {
      weights[column * classes + c]! *= scale[column]!;
      intercepts[c]! -= centre[column]! * weights[column * classes + c]!;
    }
  }
  return { weights, intercepts };
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
