import { type ShopDataOptions, shopCategories, shopEvents } from '../../../learning/sample/shop-data';

const options: ShopDataOptions = { users: 100, items: 40, viewsPerUser: 30, seed: 4 };

describe('the events of a shop', () => {
  test('begin with every item and its categories', () => {
    const items = [...shopEvents(options)].slice(0, 40);

    expect(items.map((event) => event.kind === 'item' && event.item)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    const categories = new Set(items.flatMap((event) => (event.kind === 'item' ? event.categories : [])));
    expect([...categories].sort()).toEqual([...shopCategories].sort());
  });

  test('are views of items that are there, some of which the same user buys next', () => {
    const done = [...shopEvents(options)].slice(40);

    expect(done.filter(({ kind }) => kind === 'view')).toHaveLength(100 * 30);
    for (const [i, event] of done.entries()) {
      if (event.kind === 'item') throw new Error('an item among what users do');
      expect(event.item).toBeLessThan(40);
      if (event.kind === 'buy') expect(done[i - 1]).toEqual({ ...event, kind: 'view' });
    }
    expect(done.filter(({ kind }) => kind === 'buy').length / 3_000).toBeCloseTo(0.3, 1);
  });

  test('are for each user mostly of one category', () => {
    const views = new Map<number, number[]>();
    for (const event of shopEvents(options)) {
      if (event.kind !== 'view') continue;
      const counts = views.get(event.user) ?? shopCategories.map(() => 0);
      counts[event.item % shopCategories.length]! += 1;
      views.set(event.user, counts);
    }
    const shares = [...views.values()].map((counts) => Math.max(...counts) / counts.reduce((sum, n) => sum + n, 0));
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.6);
  });

  test('are there for a shop of fewer items than categories, too', () => {
    const done = [...shopEvents({ ...options, items: 2 })].slice(2);
    expect(done.every((event) => event.item < 2)).toBe(true);
  });

  test('are the same for the same seed, and others for another', () => {
    expect([...shopEvents(options)]).toEqual([...shopEvents(options)]);
    expect([...shopEvents(options)]).not.toEqual([...shopEvents({ ...options, seed: 5 })]);
  });
});
