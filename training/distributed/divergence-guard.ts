import type { Learned } from '../online/learned';

/** The mean logistic loss of a model that knows nothing. */
const ignorance = Math.LN2;
/** How much worse than the best a window may be. */
const tolerance = 1.5;

/** Notices that a job unlearns: a window of it is worse than no model and clearly worse than its best one. */
export class DivergenceGuard {
  private best = Number.POSITIVE_INFINITY;

  /** Whether the examples of a window say so. */
  diverges({ loss, examples }: Pick<Learned, 'loss' | 'examples'>): boolean {
    if (examples === 0) return false;
    const mean = loss / examples;
    const isWorse = !(mean <= ignorance) && !(mean <= tolerance * this.best);
    if (mean < this.best) this.best = mean;
    return isWorse && this.best < Number.POSITIVE_INFINITY;
  }
}
