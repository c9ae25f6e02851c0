import type { BatchWorker } from '../batch-worker';
import type { Layout } from '../layout';
import { moveDownhill } from '../line-search';
import { triangleRow } from './gram';
import { ColumnQuadratic, MatrixQuadratic } from './quadratic';
import { minimiseModel } from './subproblem';

/** Of more features than this the matrix H is not made; it takes 128 MB then. */
const maxMatrixWidth = 4096;

export interface SecondOrderStep {
  /** Changed in place. */
  readonly weights: Float64Array;
  /** G along every feature, at the weights. */
  readonly slopes: Float64Array;
  readonly lambda: number;
  /** How far margins are expected to change; the larger, the shorter the step. */
  readonly width: number;
  /** To which share the violation of the minimum's conditions has to fall in the quadratic model of the objective. */
  readonly tolerance: number;
}

/**
 * A step of the proximal Newton method on the features with w ≠ 0 or |G| > λ. H comes from the workers as a matrix or
 * as columns, whatever is less to send and to multiply.
 * @returns the share of the step that was made, 0 if none
 */
export async function secondOrderStep(
  worker: BatchWorker,
  { counts }: Layout,
  { weights, slopes, lambda, width, tolerance }: SecondOrderStep,
): Promise<number> {
  const features = Uint32Array.from(weights.keys()).filter((j) => weights[j] !== 0 || Math.abs(slopes[j]!) > lambda);
  const entries = features.reduce((sum, j) => sum + counts[j]!, 0);
  const quadratic =
    features.length <= maxMatrixWidth && triangleRow(features.length) <= entries
      ? new MatrixQuadratic(await worker.gram(features, width), features.length)
      : new ColumnQuadratic(await worker.columns(features, width));
  const gradient = Float64Array.from(features, (j) => slopes[j]!);
  const start = Float64Array.from(features, (j) => weights[j]!);
  const by = minimiseModel(quadratic, gradient, start, lambda, tolerance);
  return moveDownhill(worker, weights, { features, by, slopes: gradient }, lambda);
}
