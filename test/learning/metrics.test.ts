import fc from 'fast-check';
import { accuracy, auc, confusionMatrix, logLoss } from '../../learning/metrics';

describe('accuracy', () => {
  test('is the share of predictions that equal the label', () => {
    expect(accuracy(['a', 'b', 'b', 'c'], ['a', 'b', 'c', 'c'])).toBe(0.75);
  });
});

describe('logloss', () => {
  test('is the mean −ln of the probability of the right class', () => {
    const loss = logLoss(
      [
        [0.5, 0.5],
        [0.2, 0.8],
      ],
      [0, 1],
    );

    expect(loss).toBeCloseTo((Math.log(2) - Math.log(0.8)) / 2, 15);
  });

  test('is finite where the right class got probability 0', () => {
    expect(logLoss([[0, 1]], [0])).toBeCloseTo(52 * Math.log(2), 12);
  });
});

describe('AUC', () => {
  const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { maxLength: 30 });

  test('is the share of ordered pairs, ties counted half', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const positives = rows.filter(([, positive]) => positive).map(([score]) => score);
        const negatives = rows.filter(([, positive]) => !positive).map(([score]) => score);
        const wins = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0) as number));
        const expected = wins.length === 0 ? undefined : wins.reduce((sum, win) => sum + win, 0) / wins.length;

        const actual = auc(
          rows.map(([score]) => score),
          rows.map(([, positive]) => positive),
        );

        expect(actual).toEqual(expected);
      }),
    );
  });

  test('is below one half for a ranking upside down', () => {
    expect(auc([3, 2, 1], [false, false, true])).toBe(0);
  });

  test('is undefined for one class', () => {
    expect(auc([1, 2], [true, true])).toBeUndefined();
  });
});

describe('the confusion matrix', () => {
  test('counts rows by actual and predicted class', () => {
    const matrix = confusionMatrix(['a', 'b', 'b', 'c'], ['a', 'b', 'c', 'c'], ['a', 'b', 'c']);

    expect(matrix).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
    ]);
  });
});
