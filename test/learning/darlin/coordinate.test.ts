import fc from 'fast-check';
import { bestChange } from '../../../learning/darlin/coordinate';

const number = fc.double({ min: -5, max: 5, noNaN: true });
const positive = fc.double({ min: 0.01, max: 5, noNaN: true });

test('the best change of one weight is better than any other', () => {
  fc.assert(
    fc.property(number, positive, number, positive, number, (slope, curvature, weight, lambda, other) => {
      const value = (d: number) => slope * d + (curvature * d * d) / 2 + lambda * Math.abs(weight + d);
      expect(value(bestChange(slope, curvature, weight, lambda))).toBeLessThanOrEqual(value(other) + 1e-9);
    }),
  );
});
