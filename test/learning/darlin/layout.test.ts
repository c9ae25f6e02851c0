import fc from 'fast-check';
import { layOut } from '../../../learning/darlin/layout';
import { keyAt, toKeys } from '../../../learning/sparse/keys';

const summaryOf = (features: readonly { key: bigint; group: number; count: number }[], examples: number) => ({
  examples,
  keys: toKeys(features.map(({ key }) => key)),
  counts: Float64Array.from(features, ({ count }) => count),
  groups: Uint16Array.from(features, ({ group }) => group),
});
const keysOf = ({ keys }: { keys: Uint32Array }) => Array.from({ length: keys.length / 2 }, (_, i) => keyAt(keys, i));

test('features are ordered by group, then by key, those above 32 bits too', () => {
  const summary = summaryOf(
    [
      { key: 2n ** 63n, group: 1, count: 1 },
      { key: 7n, group: 2, count: 1 },
      { key: 9n, group: 1, count: 3 },
      { key: 5n, group: 2, count: 2 },
    ],
    10,
  );
  const layout = layOut(summary, { tailFrequency: 0, blockRatio: 4 });
  expect(keysOf(layout)).toEqual([9n, 2n ** 63n, 5n, 7n]);
  expect([...layout.counts]).toEqual([3, 1, 2, 1]);
  expect(layout.blocks).toEqual([
    { group: 1, start: 0, end: 2 },
    { group: 2, start: 2, end: 4 },
  ]);
});

test('a group with 1.5 non-zeros a row makes 6 blocks at ratio 4, one with a single non-zero a row makes one', () => {
  const group = (number: number, count: number) =>
    Array.from({ length: 30 }, (_, i) => ({ key: BigInt(1000 * number + i), group: number, count }));
  const layout = layOut(summaryOf([...group(1, 5), ...group(2, 10 / 3)], 100), { tailFrequency: 0, blockRatio: 4 });
  expect(layout.blocks.map(({ start, end }) => [start, end])).toEqual([
    [0, 5],
    [5, 10],
    [10, 15],
    [15, 20],
    [20, 25],
    [25, 30],
    [30, 60],
  ]);
});

test('a feature is left out if it is in as many rows as the tail frequency or less, never above', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 30 }), fc.nat(9), (counts, tailFrequency) => {
      const features = counts.map((count, i) => ({ key: BigInt(i), group: i % 3, count }));
      const kept = keysOf(layOut(summaryOf(features, 9), { tailFrequency, blockRatio: 4 }));
      const above = features.filter(({ count }) => count > tailFrequency).map(({ key }) => key);
      expect(new Set(kept)).toEqual(new Set(above));
      expect(kept).toHaveLength(above.length);
    }),
  );
});

test('blocks cover all features once, whatever the ratio, and none is empty', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ group: fc.nat(3), count: fc.nat(20) }), { maxLength: 40 }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      (features, blockRatio) => {
        const keyed = features.map((feature, i) => ({ ...feature, key: BigInt(i) }));
        const { blocks, counts } = layOut(summaryOf(keyed, 20), { tailFrequency: 0, blockRatio });
        let next = 0;
        for (const { start, end } of blocks) {
          expect(start).toBe(next);
          expect(end).toBeGreaterThan(start);
          next = end;
        }
        expect(next).toBe(counts.length);
      },
    ),
  );
});
