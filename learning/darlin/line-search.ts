import type { BatchWorker } from './batch-worker';

/** A change of the weights of some features. */
export interface Change {
  readonly features: Uint32Array;
  readonly by: Float64Array;
  /** Slope of the loss along each of the features. */
  readonly slopes: Float64Array;
}

/** How much of the decrease that the slopes promise has to come true (Armijo). */
const sufficient = 0.01;

/** A message asks for so many shares: 1, then ½ and ¼, …, 2⁻³⁰ being the last of all. */
const sharesAtOnce = [1, 2, 4, 8, 16];

/**
 * Makes the largest share s of 1, ½, … 2⁻³⁰ of a change with f(w + sd) − f(w) ≤ .01·s·Σ[Gd + λ(|w + d| − |w|)], in the
 * workers' margins and in `weights`.
 * @returns the share, 0 if there is none: then nothing is changed
 */
export async function moveDownhill(
  worker: BatchWorker,
  weights: Float64Array,
  { features, by, slopes }: Change,
  lambda: number,
): Promise<number> {
  let slope = penaltyChange(weights, features, by, 1, lambda);
  for (let i = 0; i < by.length; i++) slope += slopes[i]! * by[i]!;
  if (!(slope < 0)) return 0;

  await worker.aim(features, by);
  let exponent = 0;
  for (const count of sharesAtOnce) {
    const shares = Float64Array.from({ length: count }, () => 2 ** -exponent++);
    const lossChanges = await worker.tryShares(shares);
    const taken = shares.find(
      (share, i) => lossChanges[i]! + penaltyChange(weights, features, by, share, lambda) <= sufficient * share * slope,
    );
    if (taken !== undefined) {
      await worker.move(taken);
      for (let i = 0; i < by.length; i++) weights[features[i]!]! += taken * by[i]!;
      return taken;
    }
  }
  return 0;
}

/** λ(|w + sd| − |w|), added up. */
function penaltyChange(
  weights: Float64Array,
  features: Uint32Array,
  by: Float64Array,
  share: number,
  lambda: number,
): number {
  let sum = 0;
  for (let i = 0; i < by.length; i++) {
    const weight = weights[features[i]!]!;
    sum += Math.abs(weight + share * by[i]!) - Math.abs(weight);
  }
  return lambda * sum;
}
