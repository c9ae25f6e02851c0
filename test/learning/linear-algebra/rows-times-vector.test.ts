import { rowsTimesVector } from '../../../learning/linear-algebra/rows-times-vector';

test.each([0, 1, 3, 4, 5, 8, 11])('%d rows times a vector are the dot product of each with it', (count) => {
  const rows = Float64Array.from({ length: 3 * count }, (_, i) => (i * 7) % 11);
  const products = new Float64Array(count);

  rowsTimesVector(rows, Float64Array.of(1, -2, 3), products);

  const expected = Array.from({ length: count }, (_, n) => rows[3 * n]! - 2 * rows[3 * n + 1]! + 3 * rows[3 * n + 2]!);
  expect([...products]).toEqual(expected);
});
