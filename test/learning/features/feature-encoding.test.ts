import { FeatureEncoder, learnEncoding } from '../../../learning/features/feature-encoding';
import type { Row, ScalarFeature } from '../../../learning/model';

const features: ScalarFeature[] = [
  { name: 'age', type: 'int', aliases: ['years'] },
  { name: 'city', type: 'str', aliases: [] },
  { name: 'member', type: 'bool', aliases: [] },
  { name: 'income', type: 'float', aliases: [] },
];
const rows: Row[] = [
  [30, 'Oslo', true, 1.5],
  [40, 'Bern', false, -2],
  [50, 'Oslo', false, 0],
];

/** The design vector written out. */
function dense(row: Row): number[] {
  const encoder = new FeatureEncoder(learnEncoding(features, rows));
  const { columns, values } = encoder.encode([row]);
  const vector = new Array(encoder.width).fill(0);
  for (const [entry, column] of columns.entries()) vector[column] += values[entry];
  return vector;
}

describe('feature encoding', () => {
  test('keeps names and aliases and learns the categories of texts in order', () => {
    expect(learnEncoding(features, rows)).toEqual([
      { name: 'age', type: 'int', aliases: ['years'] },
      { name: 'city', type: 'str', aliases: [], categories: ['Bern', 'Oslo'] },
      { name: 'member', type: 'bool', aliases: [] },
      { name: 'income', type: 'float', aliases: [] },
    ]);
  });

  test('takes numbers as they are, truth as 0 or 1, and texts one-hot', () => {
    expect(dense([30, 'Oslo', true, 1.5])).toEqual([30, 0, 1, 1, 1.5]);
    expect(dense([40, 'Bern', false, -2])).toEqual([40, 1, 0, 0, -2]);
  });

  test('makes an unknown category all zeros', () => {
    expect(dense([0, 'Rome', false, 0])).toEqual([0, 0, 0, 0, 0]);
  });

  test('holds one entry per feature and row, however many categories there are', () => {
    const many = Array.from({ length: 1000 }, (_, i): Row => [`city ${i}`]);
    const encoder = new FeatureEncoder(learnEncoding([{ name: 'city', type: 'str', aliases: [] }], many));

    expect(encoder.width).toBe(1000);
    expect(encoder.encode(many).values).toHaveLength(1000);
  });
});
