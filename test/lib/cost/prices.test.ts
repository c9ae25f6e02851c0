import { ageInDays, firstRegion, freshDays, priceList, priceOfSize, pricesOf } from '../../../lib/cost/prices';

const numbers = (value: unknown): number[] =>
  typeof value === 'number' ? [value] : Object.values(value as object).flatMap(numbers);

test('the price list has a day, a currency and a first region', () => {
  expect(new Date(priceList.date).toISOString()).toBe(`${priceList.date}T00:00:00.000Z`);
  expect(priceList.currency).toMatch(/^[A-Z]{3}$/);
  expect(firstRegion(priceList)).toBe(Object.keys(priceList.regions)[0]);
});

test.each(Object.keys(priceList.regions))('the prices of %s are above 0', (region) => {
  expect(Math.min(...numbers(pricesOf(priceList, region)))).toBeGreaterThan(0);
});

test.each(Object.entries(priceList.regions))('in %s the next larger size costs about twice as much', (_, prices) => {
  const families = [...Object.values(prices.instanceHour), ...Object.values(prices.databaseHour)];

  const steps = families
    .map(Object.values<number>)
    .flatMap((sizes) => sizes.slice(1).map((price, i) => price / sizes[i]!));

  for (const step of steps) expect(step).toBeCloseTo(2, 0);
});

test.each(['constructor', 'eu-nowhere-1', ''])('%j is not a region', (region) => {
  expect(() => pricesOf(priceList, region)).toThrow(`the region '${region}'; there are for us-east-1, `);
});

test('a size is looked up by family and size', () => {
  const prices = { t3: { small: 0.02 } };

  expect(priceOfSize(prices, 't3.small')).toBe(0.02);
  expect(priceOfSize(prices, 't3.huge')).toBeUndefined();
  expect(priceOfSize(prices, 'nonsense')).toBeUndefined();
});

test('the age is counted in whole days', () => {
  const age = (now: string) => ageInDays({ date: '2026-01-01' }, new Date(now));

  expect(age('2026-01-01T23:59:00Z')).toBe(0);
  expect(age('2026-01-02T00:00:00Z')).toBe(1);
  expect(age('2026-06-30T12:00:00Z')).toBe(freshDays);
});
