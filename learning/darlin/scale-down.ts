import type { BatchWorker } from './batch-worker';

/** How far towards 0, at most 1. */
const shares = Float64Array.of(0, 1 / 2, 3 / 4, 7 / 8, 15 / 16, 31 / 32, 63 / 64, 1);

/**
 * Multiplies all weights by the one of 1, ½, ¼, … ¹⁄₆₄ and 0 at which f is least, in the workers' margins and in
 * `weights`. Weights to start with may come from other data: where margins are far too large the loss is all but
 * straight, and steps from there are short.
 */
export async function scaleDown(worker: BatchWorker, weights: Float64Array, lambda: number): Promise<void> {
  const features = Uint32Array.from(weights.keys()).filter((j) => weights[j] !== 0);
  if (features.length === 0) return;
  const towardsZero = Float64Array.from(features, (j) => -weights[j]!);
  const penalty = lambda * towardsZero.reduce((sum, by) => sum + Math.abs(by), 0);
  await worker.aim(features, towardsZero);
  const lossChanges = await worker.tryShares(shares);
  const changes = shares.map((share, i) => lossChanges[i]! - share * penalty);
  const best = shares[changes.indexOf(Math.min(...changes))]!;
  await worker.move(best);
  for (const j of features) weights[j]! *= 1 - best;
}
