import fc from 'fast-check';
import type { SetResult } from '../../../training/cross-validation/cross-validate';
import { bestSet } from '../../../training/cross-validation/score';

const scored = (metric: string, score: number): SetResult => ({ set: {}, seconds: 1, metrics: { [metric]: score } });
const failed: SetResult = { set: {}, seconds: 1, error: 'too few rows', exitCode: 5 };

const score = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.NaN), fc.constant(undefined));

test.each([
  ['accuracy', true],
  ['auc', true],
  ['ndcg@10', true],
  ['hr@3', true],
  ['logloss', false],
  ['rmse', false],
  ['mae', false],
])('the best by %s is the first that no other beats, and never one that failed', (metric, isHigherBetter) => {
  fc.assert(
    fc.property(fc.array(score), (scores) => {
      const results = scores.map((one) => (one === undefined ? failed : scored(metric, one)));

      const best = bestSet(results, metric);

      const defined = scores.filter((one) => one !== undefined && !Number.isNaN(one)) as number[];
      const extreme = isHigherBetter ? Math.max(...defined) : Math.min(...defined);
      expect(best).toBe(defined.length === 0 ? undefined : scores.indexOf(extreme));
    }),
  );
});

test('a metric that was not measured has no best', () => {
  expect(bestSet([scored('rmse', 1)], 'mae')).toBeUndefined();
});
