import fc from 'fast-check';
import {
  marginAuc,
  marginLogLoss,
  meanAbsoluteError,
  rootMeanSquaredError,
  type ScoredRows,
  signAccuracy,
} from '../../../learning/linear/scores';

interface Row {
  readonly margin: number;
  readonly label: number;
  readonly importance: number;
}

const rows = fc.array(
  fc.record({
    margin: fc.integer({ min: -3, max: 3 }),
    label: fc.constantFrom(-1, 1),
    importance: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 25 },
);

const columns = (scored: readonly Row[], weighted: boolean): ScoredRows => ({
  margins: Float64Array.from(scored, ({ margin }) => margin),
  labels: Float64Array.from(scored, ({ label }) => label),
  importances: weighted ? Float64Array.from(scored, ({ importance }) => importance) : undefined,
});

/** The share of ordered pairs by looking at each. */
function pairwiseAuc(scored: readonly Row[]): number {
  const positives = scored.filter(({ label }) => label > 0);
  const negatives = scored.filter(({ label }) => label < 0);
  const wins = positives.flatMap((p) => negatives.map((n) => (Math.sign(p.margin - n.margin) + 1) / 2));
  return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}

/** Up to rounding; undefined only together. */
function expectSame(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else expect(actual).toBeCloseTo(expected, 12);
}

describe('AUC', () => {
  test('is the share of (positive, negative) pairs in order, ties counted half, undefined for one class', () => {
    fc.assert(
      fc.property(rows, (scored) => {
        expectSame(marginAuc(columns(scored, false)), pairwiseAuc(scored));
      }),
    );
  });

  test('is not flipped', () => {
    const margins = Float64Array.of(2, 1);

    expect(marginAuc({ margins, labels: Float64Array.of(-1, 1), importances: undefined })).toBe(0);
  });
});

test('a row of importance h counts as h equal rows', () => {
  fc.assert(
    fc.property(rows, (scored) => {
      const repeated = scored.flatMap((row) => Array.from({ length: row.importance }, () => row));
      for (const score of [marginAuc, signAccuracy, marginLogLoss, rootMeanSquaredError, meanAbsoluteError]) {
        expectSame(score(columns(scored, true)), score(columns(repeated, false)));
      }
    }),
  );
});

test('scores of three rows are those worked out by hand', () => {
  const scored = {
    margins: Float64Array.of(0, Math.log(3), -1000),
    labels: Float64Array.of(-1, 1, 1),
    importances: undefined,
  };

  expect(signAccuracy(scored)).toBeCloseTo(2 / 3, 15);
  expect(marginLogLoss(scored)).toBeCloseTo((Math.log(2) + Math.log(4 / 3) + 1000) / 3, 10);
  expect(rootMeanSquaredError(scored)).toBeCloseTo(Math.sqrt((1 + (Math.log(3) - 1) ** 2 + 1001 ** 2) / 3), 10);
  expect(meanAbsoluteError(scored)).toBeCloseTo((1 + (Math.log(3) - 1) + 1001) / 3, 10);
});

test('no rows have no scores', () => {
  const none = columns([], false);

  expect([marginAuc, signAccuracy, marginLogLoss, rootMeanSquaredError].map((score) => score(none))).toEqual([
    NaN,
    NaN,
    NaN,
    NaN,
  ]);
});
