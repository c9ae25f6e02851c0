import type { BatchWorker } from './batch-worker';

/** How good weights are, and how good others could be at most. */
export interface Certificate {
  /** f = Σ log(1 + exp(−ym)) + λ‖w‖₁. */
  readonly objective: number;
  /** G along every feature. */
  readonly slopes: Float64Array;
  /** (f − D)/f, D the dual problem's value at its feasible point nearest to τ on the line from τ to 0. */
  readonly gap: number;
}

/** @param weights that the worker's margins are of */
export async function certify(worker: BatchWorker, weights: Float64Array, lambda: number): Promise<Certificate> {
  const { loss, slopes } = await worker.evaluate();
  const objective = loss + lambda * weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const steepest = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  const dual = await worker.dual(steepest > lambda ? lambda / steepest : 1);
  return { objective, slopes, gap: objective === 0 ? 0 : Math.max(0, objective - dual) / objective };
}
