import { givesLabels, knowsSimilarItems, type PioTemplate, ranksItems } from '../../../config/pio';
import type { Config, ModelConfig } from '../../../config/schema';
import type { Model, RankingModel, UserItemModel } from '../../../learning/model';
import { badRequest } from '../../http/errors';
import { askForItems, askForShopItems } from './ask-for-items';
import { attributesOf } from './attributes';
import { labelOf } from './label';
import { ecommerceQuery, recommendationQuery, type SentQuery, similarProductQuery } from './query';
import { type ItemScores, recommendItems, shopItems, similarProducts } from './rank';
import type { Shop } from './shop/shop';

/** What is answered to a classification query. */
export interface Classification {
  readonly label: string | number | null;
}

export type PioAnswer = ItemScores | Classification;

/** A query that has been read: the model to ask, and how. */
export interface Question {
  /** By name. */
  readonly model: string;
  /** @throws whatever the model throws */
  readonly ask: (model: Model) => PioAnswer | Promise<PioAnswer>;
}

/** Reads queries by the templates of PredictionIO, and finds the model for each. */
export class Engine {
  readonly #ranking: string | undefined;
  /** The model that knows which items are alike. */
  readonly #similar: string | undefined;
  readonly #tabular: string | undefined;

  constructor(
    private readonly config: Config,
    /** As it is known now. */
    private readonly shop: () => Shop,
  ) {
    const { models, pio } = config;
    const asked = Object.keys(models).filter((name) => pio.model === undefined || name === pio.model);
    const first = (fits: (model: ModelConfig) => boolean) => asked.find((name) => fits(models[name]!));
    this.#ranking = pio.template === 'classification' ? undefined : first(ranksItems);
    this.#similar = pio.template === 'classification' ? undefined : first(knowsSimilarItems);
    this.#tabular = [undefined, 'classification'].includes(pio.template) ? first(givesLabels) : undefined;
  }

  /** The models that queries may ask. */
  get models(): readonly string[] {
    const { template } = this.config.pio;
    const ranking = template === 'similar-product' ? [this.#similar] : [this.#ranking, this.#similar];
    return [...new Set([...ranking, this.#tabular].filter((name) => name !== undefined))];
  }

  /** The templates that queries may have. */
  get templates(): readonly PioTemplate[] {
    const { template, app } = this.config.pio;
    if (template) return [template];
    return [
      ...(this.#ranking ? [app === undefined ? 'recommendation' : 'e-commerce'] : []),
      ...(this.#similar ? ['similar-product'] : []),
      ...(this.#tabular ? ['classification'] : []),
    ] as readonly PioTemplate[];
  }

  /** @throws {HttpError} 400 naming the field that is missing or of the wrong type */
  read(query: SentQuery): Question {
    switch (this.#templateOf(query)) {
      case 'classification':
        return this.#classification(query);
      case 'similar-product': {
        const read = similarProductQuery(query);
        if (this.#similar === undefined) {
          throw badRequest(`items: '${this.#ranking}' ranks items for users alone; ask with user instead`, 'items');
        }
        return { model: this.#similar, ask: (model) => similarProducts(model as UserItemModel, read, this.shop()) };
      }
      case 'recommendation': {
        const read = recommendationQuery(query);
        return this.#ranked(
          (model) => recommendItems(model, read, this.shop()),
          (model) => askForItems(model, read),
        );
      }
      case 'e-commerce': {
        const read = ecommerceQuery(query);
        const { unseenOnly } = this.config.pio;
        return this.#ranked(
          (model) => shopItems(model, read, this.shop(), unseenOnly),
          (model) => askForShopItems(model, read, this.shop(), unseenOnly),
        );
      }
    }
  }

  #templateOf(query: SentQuery): PioTemplate {
    const { template, app } = this.config.pio;
    if (template) return template;
    const has = (field: string) => Object.hasOwn(query, field);
    if (this.#ranking === undefined) return 'classification';
    if (has('items')) return 'similar-product';
    if (has('user') || this.#tabular === undefined) return app === undefined ? 'recommendation' : 'e-commerce';
    return 'classification';
  }

  #ranked(compute: (model: UserItemModel) => ItemScores, ask: (model: RankingModel) => Promise<ItemScores>): Question {
    return {
      model: this.#ranking as string,
      ask: (model) => (model.kind === 'ranking' ? ask(model) : compute(model as UserItemModel)),
    };
  }

  #classification(query: SentQuery): Question {
    const name = this.#tabular as string;
    const row = attributesOf(this.config.models[name]!.mapping, query);
    return {
      model: name,
      async ask(model) {
        const [prediction] = await model.predict([row], model.params);
        if (!prediction) throw new Error('the model answered no prediction for a sample');
        return { label: labelOf(prediction.output, model.classes) };
      },
    };
  }
}
