import type { CustomUserItemConfig } from '../../../config/schema';
import type {
  Feature,
  ModelParams,
  Prediction,
  RankingLearner,
  RankingModel,
  Row,
  ScoredItem,
} from '../../../learning/model';
import type { ModelHeader } from '../../../learning/model-file';
import { bestOf } from '../../../learning/recommender/best';
import { HttpError } from '../../http/errors';
import type { CodeProcess } from './code-process';

/** A model of users and items, whose code answers each request. */
export class CustomRanking implements RankingModel {
  readonly kind = 'ranking';
  readonly classes = undefined;
  readonly features: readonly Feature[];
  readonly params: ModelParams;
  /** By user. */
  readonly #states = new Map<string, Uint8Array>();

  constructor(
    private readonly code: CodeProcess,
    { features, params }: ModelHeader,
    private readonly config: Pick<CustomUserItemConfig, 'algorithm'>,
  ) {
    this.features = features;
    this.params = params;
  }

  predict(rows: readonly Row[], params: ModelParams): Promise<readonly Prediction[]> {
    const states = this.#states.size > 0 ? rows.map(([user]) => this.#states.get(user as string)) : undefined;
    return this.code.ask((model, timeoutMs) => model.predict(rows, params, timeoutMs, states));
  }

  /** @throws {HttpError} 409 if its code ranks nothing, and no candidates are named that it could score */
  async topK(user: string, k: number, candidates?: readonly string[]): Promise<readonly ScoredItem[]> {
    const { params } = this;
    if (this.code.abilities.ranks) {
      const question = { user, state: this.#states.get(user), k, candidates };
      return this.code.ask((model, timeoutMs) => model.topK(question, params, timeoutMs));
    }
    if (candidates) return this.#bestByScore(user, k, candidates);
    throw new HttpError(409, `${this.config.algorithm} has no topK, which ranks all items; name items to choose from`);
  }

  /** The best of the candidates, equal ones in their order; what scores NaN is none. */
  async #bestByScore(user: string, k: number, candidates: readonly string[]): Promise<readonly ScoredItem[]> {
    const rows = candidates.map((item) => [user, item]);
    const scores = (await this.predict(rows, this.params)).map(({ output }) => output as number);
    return bestOf(scores, k).map(({ position, score }) => ({ item: candidates[position] as string, score }));
  }

  get learns(): boolean {
    return this.code.abilities.learns;
  }

  learn(user: string, state: Uint8Array): void {
    this.#states.set(user, state);
  }

  update(learner: RankingLearner): Promise<Uint8Array> {
    return this.code.ask((model, timeoutMs) => model.update(learner, timeoutMs));
  }

  close(): void {
    this.code.close();
  }
}
