import fc from 'fast-check';
import { entropy, logLoss, lossChange } from '../../../learning/darlin/logistic';

const number = fc.double({ min: -5, max: 5, noNaN: true });

describe('the logistic loss', () => {
  test('changes as its Taylor series says, also where the change is far below the last digit of the loss', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), number, (a, digits) => {
        const b = digits * 1e-12;
        const tau = 1 / (1 + Math.exp(a));
        const expected = -tau * b * (1 - ((1 - tau) * b) / 2);
        expect(Math.abs(lossChange(a, b) - expected)).toBeLessThanOrEqual(1e-13 * Math.abs(expected));
      }),
    );
  });

  test('changes by the difference of two losses', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(lossChange(a, b)).toBeCloseTo(Math.log(1 + Math.exp(-a - b)) - Math.log(1 + Math.exp(-a)), 12);
      }),
    );
  });

  test('stays finite and right at margins where e^−a does not', () => {
    expect(logLoss(-1e4)).toBe(1e4);
    expect(logLoss(1e4)).toBe(0);
    expect(lossChange(-1e4, 0.5)).toBe(-0.5);
    expect(lossChange(1e4, -1e4)).toBe(Math.LN2);
    expect([entropy(0), entropy(1), entropy(0.5)]).toEqual([0, 0, Math.LN2]);
  });
});
