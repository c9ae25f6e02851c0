import type { Feature, ModelParams, Prediction, Row, UserItemModel } from '../model';
import type { Catalogue } from './catalogue';

/** A trained model, and the weights of the users who learnt since. */
export class OnlineModel implements UserItemModel {
  readonly kind = 'user-item';
  readonly classes = undefined;
  private readonly learnt = new Map<string, Float64Array>();

  constructor(private readonly trained: UserItemModel) {}

  get features(): readonly Feature[] {
    return this.trained.features;
  }

  get params(): ModelParams {
    return this.trained.params;
  }

  get width(): number {
    return this.trained.width;
  }

  get catalogue(): Catalogue {
    return this.trained.catalogue;
  }

  get averageUser(): Float64Array {
    return this.trained.averageUser;
  }

  /** Gives a user other weights from now on. */
  learn(user: string, weights: Float64Array): void {
    this.learnt.set(user, weights);
  }

  weightsOf(user: string): Float64Array | undefined {
    return this.learnt.get(user) ?? this.trained.weightsOf(user);
  }

  featuresOf(item: string): Float64Array {
    return this.trained.featuresOf(item);
  }

  score(weights: Float64Array, features: Float64Array): number {
    return this.trained.score(weights, features);
  }

  predict(rows: readonly Row[]): Prediction[] {
    return rows.map(([user, item]) => ({
      output: this.score(this.weightsOf(user as string) ?? this.averageUser, this.featuresOf(item as string)),
    }));
  }
}
