import type { BatchWorker } from '../batch-worker';
import { type Certificate, certify } from '../certificate';
import type { Layout } from '../layout';
import { secondOrderStep } from './second-order-step';

/** How many steps are made at most. */
const maxSteps = 10;
/** If margins are expected to change so far, the model is above the loss everywhere, or nearly so. */
const maxWidth = 50;

export interface Descent {
  readonly lambda: number;
  readonly targetGap: number;
  /** How far margins are expected to change in a step. */
  readonly width: number;
}

/**
 * Makes second-order steps until the gap is at most the target, or no step goes downhill, or there were 10.
 * @param weights changed in place
 * @returns how good they are, and the width for the next step
 */
export async function descend(
  worker: BatchWorker,
  layout: Layout,
  weights: Float64Array,
  { lambda, targetGap, width }: Descent,
): Promise<Certificate & { readonly width: number }> {
  let certificate = await certify(worker, weights, lambda);
  let nextWidth = width;
  for (let step = 0; step < maxSteps && certificate.gap > targetGap; step++) {
    const { slopes } = certificate;
    const tolerance = modelTolerance(step);
    const share = await secondOrderStep(worker, layout, { weights, slopes, lambda, width: nextWidth, tolerance });
    if (share === 0 && nextWidth === maxWidth) break;
    nextWidth = widthAfter(nextWidth, share);
    if (share > 0) certificate = await certify(worker, weights, lambda);
  }
  return { ...certificate, width: nextWidth };
}

/** A step that was too long makes the next one shorter; one that was not soon makes it a plain Newton step again. */
function widthAfter(width: number, share: number): number {
  if (share < 1) return Math.min(maxWidth, 2 * width + 1);
  return width > 1 ? width / 4 : 0;
}

/** The first models hold only nearby, and to minimise them exactly would be in vain. */
const modelTolerance = (step: number): number => Math.max(1e-3, 0.1 ** (step + 1));
