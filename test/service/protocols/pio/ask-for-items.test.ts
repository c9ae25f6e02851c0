import fc from 'fast-check';
import type { RankingModel } from '../../../../learning/model';
import { askForItems, askForShopItems } from '../../../../service/protocols/pio/ask-for-items';
import { Shop } from '../../../../service/protocols/pio/shop/shop';

/** Item `i` scores 10 - i, and is ranked so. */
const items = Array.from({ length: 10 }, (_, i) => String(i));
const scoreOf = (item: string) => 10 - Number(item);
const model = {
  kind: 'ranking',
  topK: async (_user: string, k: number, candidates: readonly string[] = items) =>
    candidates
      .map((item) => ({ item, score: scoreOf(item) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, k),
} as unknown as RankingModel;

const someItems = fc.uniqueArray(fc.constantFrom(...items));
const list = (texts: readonly string[]) => new Map([['items', texts]]);

function shopWith(unavailable: readonly string[], weights: ReadonlyMap<string, number>, categories: string[]): Shop {
  const shop = new Shop({ seen: [], viewed: [], bought: [] }, 1_000);
  shop.setRule('constraint', 'unavailableItems', list(unavailable));
  const groups = [...weights].map(([item, weight]) => ({ items: [item], weight }));
  shop.setRule('constraint', 'weightedItems', new Map([['weights', groups]]));
  for (const item of categories) shop.setRule('item', item, new Map([['categories', ['fruit']]]));
  return shop;
}

test('a query gets the best items that are not on its black list, however many are', async () => {
  await fc.assert(
    fc.asyncProperty(someItems, fc.nat(12), async (blackList, num) => {
      const { itemScores } = await askForItems(model, { user: 'ada', num, blackList: new Set(blackList) });

      const left = items.filter((item) => !blackList.includes(item));
      expect(itemScores.map(({ item }) => item)).toEqual(left.slice(0, num));
    }),
  );
});

test('a shop gets the best of what is to be had, by scores times weights, as if every item had been weighed', async () => {
  const weights = fc.uniqueArray(fc.tuple(fc.constantFrom(...items), fc.constantFrom(0.01, 0.5, 3, 7)), {
    selector: ([item]) => item,
  });
  await fc.assert(
    fc.asyncProperty(
      someItems,
      weights,
      someItems,
      fc.option(someItems, { nil: undefined }),
      fc.boolean(),
      fc.nat(12),
      async (unavailable, weightOf, fruit, whiteList, onlyFruit, num) => {
        const byItem = new Map(weightOf);
        const query = {
          user: 'ada',
          num,
          ...(whiteList && { whiteList: new Set(whiteList) }),
          ...(onlyFruit && { categories: new Set(['fruit']) }),
        };

        const answer = await askForShopItems(model, query, shopWith(unavailable, byItem, fruit), false);

        const scores = items
          .filter((item) => !unavailable.includes(item))
          .filter((item) => !whiteList || whiteList.includes(item))
          .filter((item) => !onlyFruit || fruit.includes(item))
          .map((item) => scoreOf(item) * (byItem.get(item) ?? 1))
          .sort((a, b) => b - a);
        expect(answer.itemScores.map(({ score }) => score)).toEqual(scores.slice(0, num));
      },
    ),
  );
});
