import fc from 'fast-check';
import { Random, randomFor } from '../../learning/random';

describe('seeded random numbers', () => {
  // Computed by another program from the published definitions of xoshiro128** and splitmix32.
  test.each([
    [0, [0.940712296802392, 0.7528740817054167, 0.34499539041314164]],
    [1, [0.7226768511697147, 0.6989667644085629, 0.096425103746831]],
    [-1, [0.2919028192603558, 0.09776094993683604, 0.06779966649382552]],
    [1099511627781, [0.4356623185753311, 0.9273480991560678, 0.00862889547446355]],
  ])('are those of xoshiro128** for the seed %d', (seed, expected) => {
    const random = new Random(seed);

    expect(expected.map(() => random.uniform())).toEqual(expected);
  });

  test('fill [0, 1) evenly', () => {
    const random = new Random(1);
    const counts = new Array(10).fill(0);
    for (let n = 0; n < 100_000; n++) counts[Math.floor(random.uniform() * 10)] += 1;

    // Six standard deviations of a binomial count.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(6 * Math.sqrt(100_000 * 0.1 * 0.9));
  });

  test('of the standard normal distribution have its moments and its tail', () => {
    const random = new Random(1);
    const numbers = Array.from({ length: 100_000 }, () => random.normal());
    const mean = (of: (x: number) => number) => numbers.reduce((sum, x) => sum + of(x), 0) / numbers.length;

    // Six standard deviations of each mean.
    expect(Math.abs(mean((x) => x))).toBeLessThan(6 * Math.sqrt(1 / 100_000));
    expect(Math.abs(mean((x) => x * x) - 1)).toBeLessThan(6 * Math.sqrt(2 / 100_000));
    expect(Math.abs(mean((x) => Number(x > 1.959964)) - 0.025)).toBeLessThan(6 * Math.sqrt((0.025 * 0.975) / 100_000));
  });

  test('below a limit are whole and from 0 to the limit − 1', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1000 }), (seed, limit) => {
        const number = new Random(seed).below(limit);

        expect(Number.isInteger(number) && number >= 0 && number < limit).toBe(true);
      }),
    );
  });

  test('shuffle items without losing any', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.array(fc.integer()), (seed, items) => {
        const shuffled = new Random(seed).shuffle([...items]);

        expect(shuffled.sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });
});

describe('the numbers for a purpose', () => {
  const first = (seed: number, purpose: string, pass: number) => randomFor(seed, purpose, pass).uniform();

  test('are the same for the same seed, purpose and pass, and others if one of them differs', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), fc.nat(1e6), (seed, purpose, pass) => {
        const number = first(seed, purpose, pass);

        expect(first(seed, purpose, pass)).toBe(number);
        for (const other of [
          first(seed ^ 1, purpose, pass),
          first(seed, `${purpose}x`, pass),
          first(seed, purpose, pass + 1),
        ]) {
          expect(other).not.toBe(number);
        }
      }),
    );
  });
});
