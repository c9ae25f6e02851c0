import type { ConfigInput } from '../../../../config/schema';
import { Catalogue } from '../../../../learning/recommender/catalogue';
import { FactorModel } from '../../../../learning/recommender/factor-model';

/** Factors of each item, small enough to multiply by hand. */
export const itemFactors = {
  apple: [1, 0],
  bread: [0.5, 0.5],
  cheese: [0, 1],
  date: [-1, 0],
  egg: [0.25, 0.75],
} as const;

export type Item = keyof typeof itemFactors;
export const allItems = Object.keys(itemFactors) as Item[];

/** Ada's score of an item is its first factor, Ben's the second. */
export const shopModel = new FactorModel({
  catalogue: new Catalogue({
    ids: allItems,
    features: Float64Array.from(Object.values(itemFactors).flat()),
    width: 2,
    rank: 2,
    popularity: Float64Array.of(1, 5, 3, 4, 2),
  }),
  users: { ids: ['7', 'ada', 'ben'], weights: Float64Array.of(1, 1, 1, 0, 0, 1) },
  averageUser: new Float64Array(2),
  unknownItem: new Float64Array(2),
  range: undefined,
  params: {},
});

/** Configured as a recommender, which `shopModel` answers for. */
export const shopConfig: ConfigInput['models'][string] = { algorithm: 'als', source: { csv: 'ratings.csv' } };

const lengthOf = (vector: readonly number[]) => Math.hypot(...vector);

/** The cosine of two items' factors. */
export function cosine(a: Item, b: Item): number {
  const [x, y] = [itemFactors[a], itemFactors[b]];
  return (x[0] * y[0] + x[1] * y[1]) / (lengthOf(x) * lengthOf(y));
}
