import { Random } from '../random';

export interface ShopDataOptions {
  readonly users: number;
  readonly items: number;
  /** Views of a user on average. */
  readonly viewsPerUser: number;
  readonly seed: number;
}

/** What the items of the shop are; an item has one, and every third item a second one. */
export const shopCategories = ['books', 'music', 'games', 'garden', 'kitchen'] as const;
export type ShopCategory = (typeof shopCategories)[number];

/** An item with its categories, or something a user did with an item; both are numbered from 0. */
export type ShopEvent =
  | { readonly kind: 'item'; readonly item: number; readonly categories: readonly ShopCategory[] }
  | { readonly kind: 'view' | 'buy'; readonly user: number; readonly item: number };

/** Share of a user's views in the category that this user likes, and of views that end in buying. */
const faithfulness = 0.75;
const conversion = 0.3;

/**
 * The events of a shop in their order: first its items, then what users do, mixed as it happens. A user likes one
 * category; items of low numbers are met most often.
 */
export function* shopEvents({ users, items, viewsPerUser, seed }: ShopDataOptions): Generator<ShopEvent> {
  const random = new Random(seed);
  const categoriesOf = (item: number) => {
    const second = item % 3 === 0 ? [categoryOf(item + 1)] : [];
    return [categoryOf(item), ...second];
  };
  for (let item = 0; item < items; item++) yield { kind: 'item', item, categories: categoriesOf(item) };
  const liked = Array.from({ length: users }, () => random.below(shopCategories.length));
  for (let n = 0; n < users * viewsPerUser; n++) {
    const user = random.below(users);
    const item = drawItem(random, items, random.uniform() < faithfulness ? liked[user] : undefined);
    yield { kind: 'view', user, item };
    if (random.uniform() < conversion) yield { kind: 'buy', user, item };
  }
}

const categoryOf = (item: number): ShopCategory => shopCategories[item % shopCategories.length]!;

/** @param category only items of which are drawn, by its number; all if undefined, or if there are none of it */
function drawItem(random: Random, items: number, category: number | undefined): number {
  const among = (count: number) => Math.floor(count * random.uniform() ** 2);
  if (category === undefined || category >= items) return among(items);
  return category + shopCategories.length * among(Math.ceil((items - category) / shopCategories.length));
}
