import { GateError, judge, needsTestData } from '../../training/gate';

describe('the gate', () => {
  test('keeps everything without thresholds', () => {
    expect(judge({ betterThanActive: false }, { test: null, active: null })).toEqual({ kept: true });
  });

  test.each([
    ['above the minimum', 0.96, true],
    ['equal to the minimum', 0.95, true],
    ['below the minimum', 0.94, false],
  ])('with minScore: a score %s', (_, test, kept) => {
    expect(judge({ minScore: 0.95, betterThanActive: false }, { test, active: null }).kept).toBe(kept);
  });

  test.each([
    ['above the active one', 0.91, true],
    ['equal to the active one', 0.9, false],
    ['below the active one', 0.89, false],
  ])('with betterThanActive: a score %s', (_, test, kept) => {
    expect(judge({ betterThanActive: true }, { test, active: 0.9 }).kept).toBe(kept);
  });

  test('with betterThanActive keeps the first revision', () => {
    expect(judge({ betterThanActive: true }, { test: 0.1, active: null })).toEqual({ kept: true });
  });

  test('takes scores below zero, as negated errors are', () => {
    expect(judge({ minScore: -2, betterThanActive: true }, { test: -1, active: -1.5 })).toEqual({ kept: true });
  });

  test('gives the scores as the reason', () => {
    expect(judge({ minScore: 0.95, betterThanActive: false }, { test: 0.9, active: null })).toEqual({
      kept: false,
      reason: 'test score 0.9 is below the minimum 0.95',
    });
    expect(judge({ betterThanActive: true }, { test: 0.9, active: 0.9 })).toEqual({
      kept: false,
      reason: "test score 0.9 does not beat the active revision's 0.9",
    });
  });

  test.each([{ minScore: 0.5, betterThanActive: false }, { betterThanActive: true }])(
    'refuses %j without test data, naming the option to set',
    (thresholds) => {
      expect(needsTestData(thresholds)).toBe(true);
      expect(() => judge(thresholds, { test: null, active: null })).toThrow(GateError);
      expect(() => judge(thresholds, { test: null, active: null })).toThrow(/evaluation\.testFraction/);
    },
  );
});
