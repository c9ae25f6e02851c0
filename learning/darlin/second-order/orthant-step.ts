import { dot } from '../../linear-algebra/dot';
import { conjugateGradients } from './conjugate-gradients';
import type { PenalisedModel } from './penalised-model';
import { rayMinimum } from './ray-minimum';

/**
 * Steps towards the minimum in the orthant of the weights that are not 0, where the penalty is linear. If the way there
 * leaves the orthant, the step is the better of two: to the least point on the way, or along the way with the weights
 * that would leave held at 0, which makes many 0 at once (Byrd, Chin, Nocedal, Oztoprak, "A family of second-order
 * methods for convex L1-regularized optimization", 2016).
 * @param maxConjugateSteps how exactly the way is computed; along collinear columns an exact one leaves the orthant soon
 * @returns whether weights became 0: then the others' minimum is another one
 */
export function stepInOrthant(model: PenalisedModel, maxConjugateSteps: number): 'zeroed' | 'done' {
  const { lambda } = model;
  const at = model.support();
  const start = gather(at, (j) => model.point[j]!);
  const slopes = gather(at, (j) => model.slope(j));
  const direction = conjugateGradients(
    (v) => model.multiply(at, v),
    slopes.map((slope, i) => -slope - lambda * Math.sign(start[i]!)),
    gather(at, (j) => model.curvature(j)),
    maxConjugateSteps,
  );
  const { length, stop } = rayMinimum({
    start,
    direction,
    slope: dot(slopes, direction),
    curvature: dot(direction, model.multiply(at, direction)),
    lambda,
  });
  if (!(length > 0)) return 'done';

  const change = (by: Float64Array): number => {
    const penalty = by.reduce((sum, d, i) => sum + Math.abs(start[i]! + d) - Math.abs(start[i]!), 0);
    return dot(slopes, by) + dot(by, model.multiply(at, by)) / 2 + lambda * penalty;
  };
  let by = direction.map((d, i) => (i === stop ? -start[i]! : length * d));
  const least = change(by);
  for (let share = 1; share > length; share /= 2) {
    const held = direction.map((d, i) => ((start[i]! + share * d) * start[i]! > 0 ? share * d : -start[i]!));
    if (change(held) >= least) continue;
    by = held;
    break;
  }
  for (let i = 0; i < at.length; i++) model.move(at[i]!, by[i]!);
  return at.some((j) => model.point[j] === 0) ? 'zeroed' : 'done';
}

/** A number for each of the features. */
function gather(features: Uint32Array, numberOf: (feature: number) => number): Float64Array {
  const numbers = new Float64Array(features.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberOf(features[i]!);
  return numbers;
}
