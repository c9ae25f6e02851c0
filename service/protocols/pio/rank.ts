import type { UserItemModel } from '../../../learning/model';
import type { Catalogue } from '../../../learning/recommender/catalogue';
import {
  type Admits,
  type Choice,
  mostPopular,
  type RankedItem,
  recommend,
  similarItems,
} from '../../../learning/recommender/recommend';
import { orNull } from '../request/output-values';
import type { Restrictions, SimilarQuery, UserQuery } from './query';
import type { Shop } from './shop/shop';

/** Items with their scores, best first. */
export interface ItemScores {
  readonly itemScores: readonly { readonly item: string; readonly score: number | null }[];
}

/** The best items for a user; none for a user that training did not meet. */
export function recommendItems(
  model: UserItemModel,
  { user, num, ...restrictions }: UserQuery,
  shop: Shop,
): ItemScores {
  const weights = model.weightsOf(user);
  const admits = admission(model.catalogue, restrictions, shop);
  return asScores(model, weights ? recommend(model, weights, num, { admits }) : []);
}

/** The items most like those of the query that training met. */
export function similarProducts(
  model: UserItemModel,
  { items, num, ...restrictions }: SimilarQuery,
  shop: Shop,
): ItemScores {
  const { catalogue } = model;
  const admits = admission(catalogue, restrictions, shop);
  return asScores(model, similarItems(catalogue, numbersOf(catalogue, items), num, { admits }));
}

/**
 * What a shop shows a user: the best items that are to be had. For a user that training did not meet they are those most
 * like the last viewed ones, and if these are not known either, the most popular ones.
 */
export function shopItems(
  model: UserItemModel,
  { user, num, ...restrictions }: UserQuery,
  shop: Shop,
  unseenOnly: boolean,
): ItemScores {
  const { catalogue } = model;
  const isAdmitted = admission(catalogue, restrictions, shop);
  const admits: Admits = (item) => {
    if (isAdmitted && !isAdmitted(item)) return false;
    const id = catalogue.ids[item] as string;
    return !shop.unavailable.has(id) && !(unseenOnly && shop.histories.hasSeen(user, id));
  };
  const choice = { admits, boost: boostOf(catalogue, shop.weights) };
  return asScores(model, rankForUser(model, user, num, choice, shop));
}

function rankForUser(
  model: UserItemModel,
  user: string,
  num: number,
  choice: Choice,
  shop: Shop,
): readonly RankedItem[] {
  const { catalogue } = model;
  const weights = model.weightsOf(user);
  if (weights) return recommend(model, weights, num, choice);
  const viewed = numbersOf(catalogue, shop.histories.lastViewed(user));
  if (viewed.length > 0) return similarItems(catalogue, viewed, num, choice);
  return mostPopular(catalogue, num, { ...choice, popularity: purchasesOf(catalogue, shop) });
}

/** The numbers of the items that the catalogue has, each once. */
const numbersOf = (catalogue: Catalogue, ids: readonly string[]): readonly number[] => [
  ...new Set(ids.map((id) => catalogue.numberOf(id)).filter((item) => item !== undefined)),
];

/** Undefined if nothing restricts. */
function admission(catalogue: Catalogue, restrictions: Restrictions, shop: Shop): Admits | undefined {
  const { categories, categoryBlackList, whiteList, blackList } = restrictions;
  if (!categories && !categoryBlackList && !whiteList && !blackList) return undefined;
  const chosen = chosenItems(catalogue, restrictions, shop);
  return (item) => {
    if (chosen && chosen[item] === 0) return false;
    const id = catalogue.ids[item] as string;
    if (blackList?.has(id)) return false;
    return !categoryBlackList || !shop.categoriesOf(id).some((category) => categoryBlackList.has(category));
  };
}

/**
 * 1 for each item that is on the white list and in one of the categories; undefined without these. Few items of many are,
 * so that the ranking asks about most items: a look at an array is all it should cost.
 */
function chosenItems(catalogue: Catalogue, restrictions: Restrictions, shop: Shop): Uint8Array | undefined {
  const { categories, whiteList } = restrictions;
  if (!categories && !whiteList) return undefined;
  const chosen = new Uint8Array(catalogue.size);
  const choose = (ids: Iterable<string>) => {
    for (const id of ids) {
      const item = catalogue.numberOf(id);
      if (item !== undefined) chosen[item] = 1;
    }
  };
  if (!whiteList) for (const category of categories ?? []) choose(shop.itemsOf(category));
  else if (!categories) choose(whiteList);
  else choose([...whiteList].filter((id) => shop.categoriesOf(id).some((category) => categories.has(category))));
  return chosen;
}

function boostOf(catalogue: Catalogue, weights: ReadonlyMap<string, number>): Choice['boost'] {
  if (weights.size === 0) return undefined;
  const byNumber = new Map([...weights].map(([id, weight]) => [catalogue.numberOf(id), weight]));
  return (item) => byNumber.get(item) ?? 1;
}

/** Undefined if nothing was bought yet. */
function purchasesOf(catalogue: Catalogue, { purchases }: Shop): Float64Array | undefined {
  if (purchases.size === 0) return undefined;
  const counts = new Float64Array(catalogue.size);
  for (const [id, count] of purchases) {
    const item = catalogue.numberOf(id);
    if (item !== undefined) counts[item] = count;
  }
  return counts;
}

const asScores = ({ catalogue }: UserItemModel, ranked: readonly RankedItem[]): ItemScores => ({
  itemScores: ranked.map(({ item, score }) => ({ item: catalogue.ids[item] as string, score: orNull(score) })),
});
