import type { RankingModel, ScoredItem } from '../../../learning/model';
import { orNull } from '../request/output-values';
import type { UserQuery } from './query';
import type { ItemScores } from './rank';
import type { Shop } from './shop/shop';

/** Whether an item may be answered. */
type Admits = (item: string) => boolean;

/** The best items for a user, as a model of the user's own ranks them; what it says of unknown users is its own. */
export async function askForItems(model: RankingModel, { user, num, blackList }: UserQuery): Promise<ItemScores> {
  return asScores(await bestAdmitted(model, user, num, (item) => !blackList?.has(item)));
}

/** What a shop shows a user: of the best items those that are to be had, scores multiplied by the weights of the shop. */
export async function askForShopItems(
  model: RankingModel,
  { user, num, blackList, ...chosen }: UserQuery,
  shop: Shop,
  unseenOnly: boolean,
): Promise<ItemScores> {
  const admits: Admits = (item) =>
    !blackList?.has(item) && !shop.unavailable.has(item) && !(unseenOnly && shop.histories.hasSeen(user, item));
  const weighed = async (items: readonly string[]) =>
    (await bestOf(model, user, items)).map(({ item, score }) => ({
      item,
      score: score * (shop.weights.get(item) ?? 1),
    }));
  const choice = choiceOf(chosen, shop);
  if (choice) return asScores(firstOf(await weighed(choice.filter(admits)), num));
  // What has no weight comes in the order of the model, so that its first ones are enough.
  const weights = [...shop.weights.keys()].filter(admits);
  const others = await bestAdmitted(model, user, num, (item) => admits(item) && !shop.weights.has(item));
  if (weights.length === 0) return asScores(others);
  return asScores(firstOf([...others, ...(await weighed(weights))], num));
}

/** The items that are on the white list and in one of the categories; undefined without these. */
function choiceOf(
  { categories, whiteList }: Pick<UserQuery, 'categories' | 'whiteList'>,
  shop: Shop,
): readonly string[] | undefined {
  if (!categories) return whiteList && [...whiteList];
  const inCategories = new Set([...categories].flatMap((category) => [...shop.itemsOf(category)]));
  return whiteList ? [...whiteList].filter((item) => inCategories.has(item)) : [...inCategories];
}

const bestOf = async (model: RankingModel, user: string, items: readonly string[]): Promise<readonly ScoredItem[]> =>
  items.length > 0 ? model.topK(user, items.length, items) : [];

/** Asks for more until enough are left. */
async function bestAdmitted(
  model: RankingModel,
  user: string,
  num: number,
  admits: Admits,
): Promise<readonly ScoredItem[]> {
  if (num === 0) return [];
  for (let k = num; ; k *= 2) {
    const ranked = await model.topK(user, k);
    const admitted = ranked.filter(({ item }) => admits(item));
    if (admitted.length >= num || ranked.length < k) return admitted.slice(0, num);
  }
}

const firstOf = (ranked: readonly ScoredItem[], num: number): readonly ScoredItem[] =>
  ranked.toSorted((a, b) => b.score - a.score).slice(0, num);

const asScores = (ranked: readonly ScoredItem[]): ItemScores => ({
  itemScores: ranked.map(({ item, score }) => ({ item, score: orNull(score) })),
});
