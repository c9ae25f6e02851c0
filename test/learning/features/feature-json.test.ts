import { featureFromJson } from '../../../learning/features/feature-json';
import type { ScalarType } from '../../../learning/model';

describe('a feature read from JSON', () => {
  test.each<[ScalarType, unknown, unknown]>([
    ['float', 1.5, 1.5],
    ['float', ' -2e1 ', -20],
    ['int', 3, 3],
    ['int', '+3', 3],
    ['str', 'a', 'a'],
    ['str', 1.5, '1.5'],
    ['str', false, 'false'],
    ['bool', true, true],
    ['bool', 'TRUE', true],
  ])('%s takes %j', (type, json, value) => {
    expect(featureFromJson(type, json)).toBe(value);
  });

  test.each<[ScalarType, unknown]>([
    ['float', 'many'],
    ['float', Number.POSITIVE_INFINITY],
    ['float', true],
    ['int', 1.5],
    ['int', 2 ** 53],
    ['str', []],
    ['str', {}],
    ['bool', 1],
    ['float', null],
    ['str', undefined],
  ])('%s refuses %j', (type, json) => {
    expect(featureFromJson(type, json)).toBeUndefined();
  });
});
