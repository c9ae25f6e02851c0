import type { Minibatch } from '../data/part';
import { type Learned, nothing, together } from './learned';
import type { LearningStep } from './learner';

/** Adds a step to what was learned since the last sync; lines are counted in the first pass alone. */
export function addStep(learned: Learned, minibatch: Minibatch, step: LearningStep, pass: number): Learned {
  const isRanked = !Number.isNaN(step.auc);
  const lines: Partial<Learned> =
    pass === 0 ? { lines: minibatch.lines, badLines: minibatch.bad.count, firstBad: minibatch.bad.first } : {};
  return together(learned, {
    ...nothing,
    ...lines,
    examples: step.examples,
    loss: step.loss,
    minibatches: 1,
    auc: isRanked ? step.auc : 0,
    ranked: isRanked ? 1 : 0,
    correct: step.correct,
  });
}

/**
 * Adds how the weights of some keys changed. Sums are changed one key after the other, so that the weights that appear
 * and vanish in all workers' changes add up to those that are not zero.
 */
export function addChanges(learned: Learned, before: Float64Array, after: Float64Array): Learned {
  let nonzeros = 0;
  let squaredChanges = 0;
  let squaredWeights = 0;
  for (let i = 0; i < after.length; i++) {
    const was = before[i]!;
    const is = after[i]!;
    nonzeros += Number(is !== 0) - Number(was !== 0);
    squaredChanges += (is - was) ** 2;
    squaredWeights += was ** 2;
  }
  return together(learned, { ...nothing, nonzeros, squaredChanges, squaredWeights });
}
