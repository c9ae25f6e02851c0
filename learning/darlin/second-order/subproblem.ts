import { bestChange, violation } from '../coordinate';
import { stepInOrthant } from './orthant-step';
import { PenalisedModel } from './penalised-model';
import type { Quadratic } from './quadratic';

const maxRounds = 100;
/** Coordinate descent that needs more sweeps than this creeps along collinear columns. */
const maxSweeps = 20;
/** How many steps in an orthant follow one another at most; each one but the last makes weights 0. */
const maxOrthantSteps = 500;
/** The first steps in an orthant are rough and cheap: they find out which weights are 0. */
const [fewConjugateSteps, manyConjugateSteps] = [10, 80];
/** So many multiplications are enough, a second or two: a model that is hard to minimise is replaced by the next one. */
const maxWork = 1e9;

/**
 * Minimises G·d + ½dᵀHd + λ‖w + d‖₁ over d. Coordinate descent finds out which weights are 0; along collinear columns
 * it creeps, so that steps go on which conjugate gradients find on all weights that are not 0.
 * @param gradient G
 * @param weights w
 * @param tolerance to which share of what it was the violation of the minimum's conditions has to fall
 * @returns d
 */
export function minimiseModel(
  quadratic: Quadratic,
  gradient: Float64Array,
  weights: Float64Array,
  lambda: number,
  tolerance: number,
): Float64Array {
  const model = new PenalisedModel(quadratic, gradient, weights, lambda);
  const goal = tolerance * model.worstViolation();
  for (let round = 0; round < maxRounds && model.work < maxWork && model.worstViolation() > goal; round++) {
    if (descendCoordinates(model, goal) === 'settled') continue;
    const maxConjugateSteps = Math.min(manyConjugateSteps, fewConjugateSteps * 2 ** round);
    for (let step = 0; step < maxOrthantSteps && model.work < maxWork; step++) {
      if (stepInOrthant(model, maxConjugateSteps) !== 'zeroed') break;
    }
  }
  return model.point.map((value, j) => value - weights[j]!);
}

/**
 * Sweeps over the features, minimising along one after the other. A weight that is 0 and whose slope is further from
 * ±λ than any violation of the last sweep will most likely stay 0, and is left out of the sweeps that follow
 * (Yuan, Ho, Lin, "An improved GLMNET for L1-regularized logistic regression", 2012).
 * @returns whether the violations among the features that were left came down to the goal
 */
function descendCoordinates(model: PenalisedModel, goal: number): 'settled' | 'creeping' {
  const { lambda, point } = model;
  const features = model.features.slice();
  let left = features.length;
  let lastWorst = Number.POSITIVE_INFINITY;
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let worst = 0;
    let kept = 0;
    for (let i = 0; i < left; i++) {
      const j = features[i]!;
      const slope = model.slope(j);
      if (point[j] === 0 && Math.abs(slope) < lambda - lastWorst) continue;
      features[kept++] = j;
      worst = Math.max(worst, violation(slope, point[j]!, lambda));
      model.move(j, bestChange(slope, model.curvature(j), point[j]!, lambda));
    }
    if (worst <= goal) return 'settled';
    left = kept;
    lastWorst = worst;
  }
  return 'creeping';
}
