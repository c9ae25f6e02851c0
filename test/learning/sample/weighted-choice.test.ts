import fc from 'fast-check';
import { Random } from '../../../learning/random';
import { WeightedChoice, zipfWeights } from '../../../learning/sample/weighted-choice';

test('numbers are drawn as often as their weights say', () => {
  const weights = fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(weights, (list) => {
      const draws = 20_000;
      const total = list.reduce((sum, weight) => sum + weight, 0);
      const choice = new WeightedChoice(Float64Array.from(list));
      const random = new Random(7);
      const counts = list.map(() => 0);
      for (let n = 0; n < draws; n++) counts[choice.draw(random)]! += 1;

      // Six standard deviations of a binomial count.
      for (const [i, weight] of list.entries()) {
        const share = weight / total;
        const deviation = Math.sqrt(draws * share * (1 - share));
        expect(Math.abs(counts[i]! - draws * share)).toBeLessThanOrEqual(6 * deviation + 1);
      }
    }),
    { numRuns: 30 },
  );
});

test("Zipf's law gives each rank its power", () => {
  expect([...zipfWeights(4, 2)]).toEqual([1, 1 / 4, 1 / 9, 1 / 16]);
});
