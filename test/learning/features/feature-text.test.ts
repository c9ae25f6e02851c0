import fc from 'fast-check';
import { parseFeature } from '../../../learning/features/feature-text';

describe('a feature read from text', () => {
  test.each([
    ['1', 1],
    ['-1.5', -1.5],
    ['+.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1.25E-2', 0.0125],
    [' 7 ', 7],
  ])('float takes %j', (text, value) => {
    expect(parseFeature('float', text)).toBe(value);
  });

  test.each(['', ' ', 'abc', '1,5', '0x10', '1e', '.', '1_000', 'nan', 'inf', 'Infinity', '1e999', '1 2'])(
    'float refuses %j',
    (text) => {
      expect(parseFeature('float', text)).toBeUndefined();
    },
  );

  test.each([
    ['0', 0],
    ['+12', 12],
    ['-9007199254740991', -9007199254740991],
  ])('int takes %j', (text, value) => {
    expect(parseFeature('int', text)).toBe(value);
  });

  test.each(['', '1.0', '1e3', '9007199254740992', 'x', '0x1', '--1'])('int refuses %j', (text) => {
    expect(parseFeature('int', text)).toBeUndefined();
  });

  test.each([
    ['true', true],
    ['TRUE', true],
    ['false', false],
    ['1', false],
    ['', false],
  ])('bool takes %j', (text, value) => {
    expect(parseFeature('bool', text)).toBe(value);
  });

  test('str takes any text as it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseFeature('str', text) === text));
  });

  test('float reads every finite number as JavaScript writes it', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

    fc.assert(fc.property(finite, (number) => parseFeature('float', String(number)) === number));
  });

  test('int reads every safe integer', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (number) => parseFeature('int', String(number)) === number));
  });
});
