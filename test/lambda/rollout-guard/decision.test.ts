import fc from 'fast-check';
import { remaining, type Share } from '../../../lambda/rollout-guard/decision';

const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0'];

const shares = fc
  .uniqueArray(fc.record({ name: fc.constantFrom(...versions), weight: fc.integer({ min: 0, max: 999 }) }), {
    selector: ({ name }) => name,
    minLength: 1,
  })
  .map((list): Share[] => list.map((share) => ({ ...share, targetGroup: share.name })));

test('the first share of greatest weight stays, and of the others those that do not leave', () => {
  fc.assert(
    fc.property(shares, fc.subarray(versions), (before, leaving) => {
      const stable = before.reduce((best, share) => (share.weight > best.weight ? share : best));

      const after = remaining(before, leaving);

      expect(after).toEqual(before.filter((share) => share === stable || !leaving.includes(share.name)));
    }),
  );
});

test('it is the same whether versions leave together or one after the other, in any order', () => {
  fc.assert(
    fc.property(shares, fc.shuffledSubarray(versions), (before, leaving) => {
      const oneByOne = leaving.reduce<readonly Share[]>((left, version) => remaining(left, [version]), before);

      expect(oneByOne).toEqual(remaining(before, leaving));
    }),
  );
});
