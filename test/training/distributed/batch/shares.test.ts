import fc from 'fast-check';
import type { Part } from '../../../../training/data/part';
import { dealOut } from '../../../../training/distributed/batch/shares';

const part: fc.Arbitrary<Part> = fc.record({
  file: fc.constant({ name: 'rows', size: 1e6, compressed: false }),
  start: fc.nat(1000),
  end: fc.integer({ min: 1001, max: 2000 }),
});
const bytesOf = (parts: readonly Part[]): number => parts.reduce((sum, { start, end }) => sum + end - start, 0);

test('each part is in one share, the parts of a share stay in order, and no share is empty', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (parts, workers) => {
      const shares = dealOut(parts, workers);
      expect(shares).toHaveLength(Math.min(workers, parts.length));
      const places = shares.map((share) => share.map((each) => parts.indexOf(each)));
      for (const share of places) expect(share).toEqual([...share].sort((i, j) => i - j));
      expect(places.flat().sort((i, j) => i - j)).toEqual([...parts.keys()]);
      expect(Math.min(...places.map(({ length }) => length))).toBeGreaterThan(0);
    }),
  );
});

test('shares differ by at most the largest part', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (parts, workers) => {
      const sizes = dealOut(parts, workers).map(bytesOf);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(Math.max(...parts.map((p) => bytesOf([p]))));
    }),
  );
});
