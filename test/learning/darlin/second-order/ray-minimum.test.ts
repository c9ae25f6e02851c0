import fc from 'fast-check';
import { rayMinimum } from '../../../../learning/darlin/second-order/ray-minimum';

const number = fc.double({ min: -5, max: 5, noNaN: true });
const positive = fc.double({ min: 0.01, max: 5, noNaN: true });

test('the least value on a ray is not above any other', () => {
  const element = fc.record({
    start: fc.oneof(
      positive,
      positive.map((x) => -x),
    ),
    direction: number,
  });
  fc.assert(
    fc.property(fc.array(element, { maxLength: 6 }), number, positive, positive, positive, (elements, ...rest) => {
      const [slope, curvature, lambda, other] = rest;
      const start = Float64Array.from(elements, (e) => e.start);
      const direction = Float64Array.from(elements, (e) => e.direction);
      const at = (t: number) => start.map((x, i) => x + t * direction[i]!);
      const value = (t: number) =>
        slope * t + (curvature * t * t) / 2 + lambda * at(t).reduce((sum, x) => sum + Math.abs(x), 0);
      const { length, stop } = rayMinimum({ start, direction, slope, curvature, lambda });
      for (const t of [0, other, length * 0.999, length * 1.001])
        expect(value(length)).toBeLessThanOrEqual(value(t) + 1e-9);
      if (stop !== undefined) expect(at(length)[stop]).toBeCloseTo(0, 9);
    }),
  );
});
