import fc from 'fast-check';
import { meanRankingMetrics, rankingMetrics } from '../../learning/ranking-metrics';

describe('the metrics of a ranking', () => {
  // Worked out by hand: hits at ranks 1 and 3, of three relevant items.
  test('are those worked out by hand for hits at ranks 1 and 3', () => {
    const metrics = rankingMetrics(['a', 'x', 'b', 'y', 'c'], new Set(['a', 'b', 'c']), 4)!;

    expect(metrics.precision).toBeCloseTo(2 / 3, 14);
    expect(metrics.hitRate).toBe(1);
    expect(metrics.ndcg).toBeCloseTo((1 + 0.5) / (1 + 0.6309297535714575 + 0.5), 14);
    expect(metrics.map).toBeCloseTo((1 + 2 / 3) / 3, 14);
  });

  test('are all 1 where the relevant items come first, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (relevant, k) => {
        const ranked = Array.from({ length: 12 }, (_, item) => item);
        expect(rankingMetrics(ranked, new Set(ranked.slice(0, relevant)), k)).toEqual({
          precision: 1,
          hitRate: 1,
          ndcg: 1,
          map: 1,
        });
      }),
    );
  });

  test('agree with their definitions, read as sums over all ranks', () => {
    const ranking = fc.record({
      ranked: fc.uniqueArray(fc.nat(12), { maxLength: 10 }),
      relevant: fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 8 }),
      k: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(ranking, ({ ranked, relevant, k }) => {
        const gains = ranked.slice(0, k).map((item) => Number(relevant.includes(item)));
        const sum = (list: readonly number[]) => list.reduce((total, x) => total + x, 0);
        const dcg = (list: readonly number[]) => sum(list.map((gain, i) => gain * (Math.LN2 / Math.log(i + 2))));
        const most = Math.min(k, relevant.length);

        const metrics = rankingMetrics(ranked, new Set(relevant), k)!;

        expect(metrics.precision).toBeCloseTo(sum(gains) / most, 12);
        expect(metrics.hitRate).toBe(Math.sign(sum(gains)));
        expect(metrics.ndcg).toBeCloseTo(dcg(gains) / dcg(new Array(most).fill(1)), 12);
        expect(metrics.map).toBeCloseTo(
          sum(gains.map((gain, i) => (gain * sum(gains.slice(0, i + 1))) / (i + 1))) / most,
          12,
        );
      }),
    );
  });

  test('are undefined for a user to whom nothing is relevant', () => {
    expect(rankingMetrics(['a'], new Set(), 10)).toBeUndefined();
    expect(meanRankingMetrics([])).toBeUndefined();
  });

  test('are averaged over users', () => {
    const one = rankingMetrics(['a', 'b'], new Set(['a']), 2)!;
    const other = rankingMetrics(['a', 'b'], new Set(['c', 'd']), 2)!;

    expect(meanRankingMetrics([one, other])).toEqual({ precision: 0.5, hitRate: 0.5, ndcg: 0.5, map: 0.5 });
  });
});
