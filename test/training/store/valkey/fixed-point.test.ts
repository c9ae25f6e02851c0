import fc from 'fast-check';
import {
  adaGradScales,
  fitsCounter,
  fromFixed,
  ftrlScales,
  toFixed,
} from '../../../../training/store/valkey/fixed-point';

const scale = fc.constantFrom(ftrlScales.z, ftrlScales.n, adaGradScales.z);
const value = fc.double({ min: -1e5, max: 1e5, noNaN: true });

describe('a sum in fixed point', () => {
  it('has 28 binary digits after the point for z, 24 for N and 40 for a weight of AdaGrad', () => {
    expect([ftrlScales.z, ftrlScales.n, adaGradScales.z, adaGradScales.n]).toEqual([
      2 ** 28,
      2 ** 24,
      2 ** 40,
      2 ** 24,
    ]);
  });

  it('comes back but for half of its last digit', () => {
    fc.assert(
      fc.property(value, scale, (number, digits) => {
        const back = fromFixed(toFixed(number, digits), digits);
        expect(Math.abs(back - number)).toBeLessThanOrEqual(0.5 / digits + Math.abs(number) * 2 ** -53);
      }),
    );
  });

  it('loses nothing of many additions, if the rest of each is added to the next', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 200 }),
        scale,
        (changes, digits) => {
          let counter = 0n;
          let pending = 0;
          for (const change of changes) {
            pending += change;
            const rounded = toFixed(pending, digits);
            counter += BigInt(rounded);
            pending -= fromFixed(rounded, digits);
          }
          const sum = changes.reduce((total, change) => total + change, 0);
          expect(fromFixed(Number(counter), digits) + pending).toBeCloseTo(sum, 10);
        },
      ),
    );
  });
});

describe('a counter', () => {
  it.each([2 ** 63 - 1024, -(2 ** 63), 0])('holds %p', (whole) => {
    expect(fitsCounter(whole)).toBe(true);
  });

  it.each([2 ** 63, -(2 ** 63) * 1.001, Number.NaN, Number.POSITIVE_INFINITY])('does not hold %p', (whole) => {
    expect(fitsCounter(whole)).toBe(false);
  });
});
