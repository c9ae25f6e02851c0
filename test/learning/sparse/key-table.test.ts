import fc from 'fast-check';
import { KeyTable } from '../../../learning/sparse/key-table';
import { compareKeys, keyAt, keyCount, toKeys } from '../../../learning/sparse/keys';

const key = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('keys', () => {
  test('come back from their words as the numbers they were', () => {
    fc.assert(
      fc.property(fc.array(key), (numbers) => {
        const keys = toKeys(numbers);
        expect(Array.from({ length: keyCount(keys) }, (_, i) => keyAt(keys, i))).toEqual(numbers);
      }),
    );
  });

  test('are ordered as the numbers are', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(toKeys([a]), 0, toKeys([b]), 0))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});

describe('a key table', () => {
  test('numbers keys as a Map would, also when few bits differ and when it has to grow', () => {
    const close = fc.bigInt({ min: 0n, max: 40n }).chain((n) => fc.constantFrom(n, n << 32n, n << 54n));
    fc.assert(
      fc.property(fc.array(fc.oneof(key, close), { maxLength: 200 }), (numbers) => {
        const table = new KeyTable(4);
        const slots = new Map<bigint, number>();
        for (const number of numbers) {
          if (!slots.has(number)) slots.set(number, slots.size);
          const [low, high] = toKeys([number]);
          expect(table.add(low!, high!)).toBe(slots.get(number));
        }
        expect(table.size).toBe(slots.size);
        expect([...slots.keys()]).toEqual(Array.from({ length: table.size }, (_, i) => keyAt(table.keys, i)));
      }),
    );
  });

  test('does not find what was never added, nor what was cleared', () => {
    const table = new KeyTable();
    table.add(1, 0);
    expect(table.find(0, 1)).toBe(-1);
    table.clear();
    expect(table.find(1, 0)).toBe(-1);
    expect(table.size).toBe(0);
  });
});
