import fc from 'fast-check';
import { divideRows, operations } from '../../../../learning/recommender/als/row-ranges';

const offsetsOf = (lengths: readonly number[]) =>
  Uint32Array.from([0, ...lengths.map((_, row) => lengths.slice(0, row + 1).reduce((sum, n) => sum + n, 0))]);

describe('dividing rows', () => {
  test('leaves none out, none twice, and makes no more ranges than asked for', () => {
    const lengths = fc.array(fc.nat(50), { maxLength: 30 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 8 }), (rows, rank, parts) => {
        const ranges = divideRows(offsetsOf(rows), rank, parts);

        expect(ranges.flatMap(({ start, end }) => rows.slice(start, end))).toEqual(rows);
        expect(ranges.length).toBeLessThanOrEqual(parts);
        for (const { start, end } of ranges) expect(end).toBeGreaterThan(start);
      }),
    );
  });

  test('gives each range about as much to do, no more than one row above its share', () => {
    const lengths = Array.from({ length: 500 }, (_, row) => 1000 / (row + 1));
    const whole = lengths.map(Math.floor);
    const share = operations(offsetsOf(whole), 10) / 4;

    const shares = divideRows(offsetsOf(whole), 10, 4).map(({ start, end }) =>
      operations(offsetsOf(whole.slice(start, end)), 10),
    );

    expect(shares).toHaveLength(4);
    for (const one of shares) expect(one).toBeLessThanOrEqual(share + operations(offsetsOf([1000]), 10));
    expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(4 * share, 6);
  });
});
