import { type EventMeanings, type UserEvent, UserHistories } from './user-histories';

/** Which events count as what, by their names. */
export interface ShopEvents extends EventMeanings {
  /** The item was bought, or whatever makes it popular. */
  readonly bought: readonly string[];
}

/** The properties of an entity, by name; undefined if it is not there, or not any more. */
export type Properties = ReadonlyMap<string, unknown> | undefined;

const none: readonly string[] = [];

/**
 * What events say about the items and the users of a shop, in memory. Properties of an unexpected kind count as absent:
 * one bad event must not stop the shop.
 */
export class Shop {
  readonly histories: UserHistories;
  readonly #boughtEvents: ReadonlySet<string>;
  readonly #categories = new Map<string, readonly string[]>();
  readonly #itemsOfCategory = new Map<string, Set<string>>();
  readonly #purchases = new Map<string, number>();
  #unavailable: ReadonlySet<string> = new Set();
  #weights: ReadonlyMap<string, number> = new Map();

  /** @param historyLimit most items that are remembered of all users together */
  constructor({ bought, ...meanings }: ShopEvents, historyLimit: number) {
    this.histories = new UserHistories(meanings, historyLimit);
    this.#boughtEvents = new Set(bought);
  }

  /** Items that are not to be had now. */
  get unavailable(): ReadonlySet<string> {
    return this.#unavailable;
  }

  /** What the scores of items are multiplied by; of other items it is 1. */
  get weights(): ReadonlyMap<string, number> {
    return this.#weights;
  }

  /** How often items were bought; those that never were are absent. */
  get purchases(): ReadonlyMap<string, number> {
    return this.#purchases;
  }

  categoriesOf(item: string): readonly string[] {
    return this.#categories.get(item) ?? none;
  }

  /** The items of a category. */
  itemsOf(category: string): Iterable<string> {
    return this.#itemsOfCategory.get(category) ?? none;
  }

  /** Takes over the properties of an item or a constraint. */
  setRule(type: 'item' | 'constraint', id: string, properties: Properties): void {
    if (type === 'item') this.#setItem(id, properties);
    else this.#setConstraint(id, properties);
  }

  add(event: UserEvent): void {
    this.histories.add(event);
    if (this.#boughtEvents.has(event.event)) this.setPurchases(event.item, (this.#purchases.get(event.item) ?? 0) + 1);
  }

  setPurchases(item: string, count: number): void {
    if (count > 0) this.#purchases.set(item, count);
    else this.#purchases.delete(item);
  }

  #setItem(item: string, properties: Properties): void {
    for (const category of this.categoriesOf(item)) {
      const items = this.#itemsOfCategory.get(category);
      items?.delete(item);
      if (items?.size === 0) this.#itemsOfCategory.delete(category);
    }
    const categories = textsOf(properties?.get('categories'));
    if (categories.length > 0) this.#categories.set(item, categories);
    else this.#categories.delete(item);
    for (const category of categories) {
      const items = this.#itemsOfCategory.get(category) ?? new Set();
      this.#itemsOfCategory.set(category, items.add(item));
    }
  }

  #setConstraint(constraint: string, properties: Properties): void {
    if (constraint === 'unavailableItems') this.#unavailable = new Set(textsOf(properties?.get('items')));
    if (constraint === 'weightedItems') this.#weights = weightsOf(properties?.get('weights'));
  }
}

const isText = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/** Ids and names are text: 7 and `"7"` are the same. */
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter(isText).map(String) : none);

/** Of an item in several groups the last counts. */
function weightsOf(value: unknown): ReadonlyMap<string, number> {
  const groups: readonly unknown[] = Array.isArray(value) ? value : none;
  return new Map(
    groups.flatMap((group) => {
      const { items, weight } = Object(group) as { items?: unknown; weight?: unknown };
      return typeof weight === 'number' ? textsOf(items).map((item) => [item, weight] as const) : [];
    }),
  );
}
