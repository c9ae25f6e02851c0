import fc from 'fast-check';
import { bestOf } from '../../../learning/recommender/best';

describe('the best of a list of scores', () => {
  test('are the first of a stable sort from high to low', () => {
    // Few different scores, so that many tie.
    const scores = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 200 });
    fc.assert(
      fc.property(scores, fc.integer({ min: -2, max: 220 }), fc.integer({ min: 1, max: 4 }), (list, k, divisor) => {
        const admits = (position: number) => position % divisor === 0;

        const best = bestOf(list, k, admits);

        const sorted = list
          .map((score, position) => ({ position, score }))
          .filter(({ position }) => admits(position))
          .sort((a, b) => b.score - a.score);
        expect(best).toEqual(sorted.slice(0, Math.max(0, k)));
      }),
    );
  });

  test('have among them what overflowed, as the worst', () => {
    const scores = [Number.NaN, 2, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, 1];

    expect(bestOf(scores, 9).map(({ position }) => position)).toEqual([3, 1, 5, 0, 2, 4]);
    expect(bestOf(scores, 3).map(({ position }) => position)).toEqual([3, 1, 5]);
  });
});
