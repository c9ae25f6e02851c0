import type { LearningRate, OnlineLearner, Penalty } from './online-learner';

/**
 * FTRL-Proximal (McMahan et al., "Ad click prediction: a view from the trenches", 2013, algorithm 1):
 * σ = (√(N+g²) − √N)/α, z += g − σw, N += g²; w = 0 if |z| ≤ λ₁, else −(z − sgn(z)λ₁) / ((β+√N)/α + λ₂).
 * A constant rate has σ = 0 and 1/α in the place of (β+√N)/α.
 */
export function ftrl({ type, alpha, beta }: LearningRate, { l1, l2 }: Penalty): OnlineLearner {
  const decays = type === 'DECAY';
  /** 1/η + λ₂ */
  const curvature = (n: number) => (decays ? (beta + Math.sqrt(n)) / alpha : 1 / alpha) + l2;

  return {
    weights({ z, n }, weights) {
      for (let i = 0; i < weights.length; i++) {
        const zi = z[i]!;
        weights[i] = Math.abs(zi) <= l1 ? 0 : (Math.sign(zi) * l1 - zi) / curvature(n[i]!);
      }
    },

    deltas({ gradient, weights, sums: { n } }, deltas) {
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i]!;
        const sigma = decays ? (Math.sqrt(n[i]! + g * g) - Math.sqrt(n[i]!)) / alpha : 0;
        deltas.z[i] = g - sigma * weights[i]!;
        deltas.n[i] = g * g;
      }
    },

    startAt(weight) {
      // Without β the curvature would be 0 at N = 0; N = α² makes it that of β = α.
      const n = decays && beta === 0 ? alpha ** 2 : 0;
      return { z: -weight * curvature(n) - Math.sign(weight) * l1, n };
    },
  };
}
