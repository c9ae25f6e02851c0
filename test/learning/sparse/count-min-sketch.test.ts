import fc from 'fast-check';
import { CountMinSketch } from '../../../learning/sparse/count-min-sketch';
import { toKeys } from '../../../learning/sparse/keys';

const add = (sketch: CountMinSketch, key: bigint, times: number) => {
  const [low, high] = toKeys([key]);
  sketch.add(low!, high!, times);
};
const count = (sketch: CountMinSketch, key: bigint) => {
  const [low, high] = toKeys([key]);
  return sketch.count(low!, high!);
};

const counted = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer({ min: 1, max: 300 })), {
  maxLength: 60,
});

test('a count is never too low, but that it ends beyond the threshold', () => {
  fc.assert(
    fc.property(counted, fc.integer({ min: 1, max: 4 }), fc.nat(1000), (additions, rows, threshold) => {
      const sketch = new CountMinSketch(rows, 64, threshold);
      const exact = new Map<bigint, number>();
      for (const [key, times] of additions) {
        add(sketch, key, times);
        exact.set(key, (exact.get(key) ?? 0) + times);
      }
      for (const [key, times] of exact)
        expect(count(sketch, key)).toBeGreaterThanOrEqual(Math.min(threshold + 1, times));
    }),
  );
});

test('counts are exact in a sketch that is much larger than the data', () => {
  const sketch = new CountMinSketch(2, 1_000_000, 254);
  for (let key = 0n; key < 1000n; key++) add(sketch, key, Number(key % 7n) + 1);

  const wrong = Array.from({ length: 1000 }, (_, key) => count(sketch, BigInt(key)) - ((key % 7) + 1));
  expect(wrong.filter((error) => error !== 0)).toEqual([]);
});

test('the error is within the bound of the method for nearly all keys: e·total/width, with probability 1−e⁻ᵈ', () => {
  const [rows, width, keys] = [3, 200, 2000];
  const sketch = new CountMinSketch(rows, rows * width, 254);
  for (let key = 0; key < keys; key++) add(sketch, BigInt(key) << 32n, 1);

  const bound = (Math.E * keys) / width;
  const beyond = Array.from({ length: keys }, (_, key) => count(sketch, BigInt(key) << 32n) - 1 > bound);
  expect(beyond.filter(Boolean).length / keys).toBeLessThan(Math.exp(-rows));
});

test.each([0, 254, 255, 2 ** 31 - 1])('a sketch with a threshold of %d tells counts around it apart', (threshold) => {
  const sketch = new CountMinSketch(2, 1000, threshold);
  add(sketch, 7n, threshold);
  expect(count(sketch, 7n)).toBe(threshold);
  add(sketch, 7n, 1);
  expect(count(sketch, 7n)).toBe(threshold + 1);
});

test.each([254, 255])('all rows together take the bytes that were given, with a threshold of %d', (threshold) => {
  expect(new CountMinSketch(2, 1e6, threshold).bytes.byteLength).toBe(1e6);
});

test.each([254, 255])(
  'a sketch that takes the bytes of another counts on from there, with a threshold of %d',
  (threshold) => {
    const [first, second] = [new CountMinSketch(2, 1000, threshold), new CountMinSketch(2, 1000, threshold)];
    add(first, 7n, 200);
    second.bytes.set(first.bytes);
    add(second, 7n, 1);
    expect(count(second, 7n)).toBe(201);
  },
);
