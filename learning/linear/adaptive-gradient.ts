import type { LearningRate, OnlineLearner, Penalty } from './online-learner';

/**
 * AdaGrad (Duchi, Hazan & Singer, 2011) with a proximal step: N += g², v = w − ηg,
 * w = sgn(v)·max(0, |v| − λ₁η) / (1 + λ₂η). A gradient of 0 is no step. The sum z is the weight.
 */
export const adaGrad = (rate: LearningRate, penalty: Penalty): OnlineLearner =>
  proximalGradient(rate, penalty, { keepsSquares: true, scale: (n) => Math.sqrt(n) });

/** AdaGrad with one rate for all keys: the root of the number of minibatches in the place of √N, which stays 0. */
export const plainSgd = (rate: LearningRate, penalty: Penalty): OnlineLearner =>
  proximalGradient(rate, penalty, { keepsSquares: false, scale: (_, minibatches) => Math.sqrt(minibatches) });

interface Decay {
  /** Whether N sums up the squares of the gradients. */
  readonly keepsSquares: boolean;
  /** What is added to β. */
  scale(n: number, minibatches: number): number;
}

function proximalGradient(
  { type, alpha, beta }: LearningRate,
  { l1, l2 }: Penalty,
  { keepsSquares, scale }: Decay,
): OnlineLearner {
  return {
    weights({ z }, weights) {
      weights.set(z.subarray(0, weights.length));
    },

    deltas({ gradient, weights, sums: { n }, minibatches }, deltas) {
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i]!;
        const w = weights[i]!;
        const square = keepsSquares ? g * g : 0;
        deltas.n[i] = square;
        if (g === 0) {
          deltas.z[i] = 0;
          continue;
        }
        const eta = type === 'DECAY' ? alpha / (beta + scale(n[i]! + square, minibatches)) : alpha;
        const v = w - eta * g;
        deltas.z[i] = (Math.sign(v) * Math.max(0, Math.abs(v) - l1 * eta)) / (1 + l2 * eta) - w;
      }
    },

    startAt: (weight) => ({ z: weight, n: 0 }),
  };
}
