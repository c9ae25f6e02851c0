import { ClickData, type ClickModel } from '../../../learning/sample/click-data';

const model: ClickModel = { keys: 500, keysPerLine: 8, exponent: 1.3, weightDeviation: 0.5, seed: 3 };

function take(data: ClickData, set: string, count: number) {
  const lines = data.draw(set);
  return Array.from({ length: count }, () => {
    const { label, keys } = lines.next().value;
    return { label, keys: [...keys] };
  });
}

describe('click data', () => {
  test('has distinct keys in a line, of those that there are', () => {
    for (const { keys } of take(new ClickData(model), 'train', 1000)) {
      expect(new Set(keys).size).toBe(8);
      for (const key of keys) expect(key >= 1 && key <= 500).toBe(true);
    }
  });

  test('is the same for the same seed, and another for another set or seed', () => {
    const lines = take(new ClickData(model), 'train', 50);

    expect(take(new ClickData(model), 'train', 50)).toEqual(lines);
    expect(take(new ClickData(model), 'test', 50)).not.toEqual(lines);
    expect(take(new ClickData({ ...model, seed: 4 }), 'train', 50)).not.toEqual(lines);
  });

  test('is clicked as often as its model says', () => {
    const data = new ClickData(model);
    let [expected, variance, clicked] = [0, 0, 0];
    for (const { label, keys } of take(data, 'train', 20_000)) {
      const margin = keys.reduce((sum, key) => sum + data.weights[key - 1]!, 0);
      const probability = 1 / (1 + Math.exp(-margin));
      expected += probability;
      variance += probability * (1 - probability);
      clicked += label === 1 ? 1 : 0;
    }

    expect(Math.abs(clicked - expected)).toBeLessThan(6 * Math.sqrt(variance));
  });

  test('refuses lines of more keys than there are', () => {
    expect(() => new ClickData({ ...model, keys: 7 })).toThrow('a line cannot have 8 of 7 keys');
  });
});
