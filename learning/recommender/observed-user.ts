import { dot } from '../linear-algebra/dot';
import type { UserItemModel } from '../model';
import { type RidgeSolution, RidgeSums } from './ridge';

/** Where the features of items come from; they are always the same ones, as another revision needs new users. */
export type ItemFeatures = Pick<UserItemModel, 'width' | 'featuresOf'>;

/**
 * One user who learns online, w = b + (Σ f fᵀ + ridge · I)⁻¹ Σ f (s − f·b): without observations the weights are b, and
 * of each item the last score counts.
 */
export class ObservedUser {
  private readonly sums: RidgeSums;
  private readonly scores = new Map<string, number>();
  private anyReplaced = false;

  /**
   * @param ridge above 0
   * @param start b, the weights before the first observation; zero in compatible models
   */
  constructor(
    private readonly items: ItemFeatures,
    ridge: number,
    private readonly start: Float64Array = new Float64Array(items.width),
  ) {
    this.sums = new RidgeSums(items.width, ridge);
  }

  /** Number of items that were observed. */
  get observations(): number {
    return this.scores.size;
  }

  /** Takes in a score of an item, in place of an older one. */
  observe(item: string, score: number): void {
    const older = this.scores.get(item);
    if (older === score) return;
    if (older === undefined) {
      const features = this.items.featuresOf(item);
      this.sums.add(features, this.residual(features, score));
    } else this.anyReplaced = true;
    this.scores.set(item, score);
  }

  solve(): RidgeSolution {
    if (this.anyReplaced) this.addScoresAnew();
    const solution = this.sums.solve();
    for (let i = 0; i < this.start.length; i++) solution.weights[i]! += this.start[i]!;
    return solution;
  }

  /** A score taken out of a sum takes digits with it: one of 1e20 would leave nothing of those that stay. */
  private addScoresAnew(): void {
    this.sums.forgetScores();
    for (const [item, score] of this.scores) {
      const features = this.items.featuresOf(item);
      this.sums.addScore(features, this.residual(features, score));
    }
    this.anyReplaced = false;
  }

  private residual(features: Float64Array, score: number): number {
    return score - dot(features, this.start);
  }
}
