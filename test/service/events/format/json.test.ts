import fc from 'fast-check';
import { equalJson } from '../../../../service/events/format/json';
import { parseJson } from '../../../../service/events/format/parse-json';

const equal = (a: string, b: string) => equalJson(parseJson(a), parseJson(b));

test.each([
  ['1', '1.0'],
  ['100', '1e2'],
  ['-0', '0'],
  ['0.00', '0e9'],
  ['120e-2', '1.2'],
  ['12345678901234567890', '1234567890123456789.0E1'],
  ['1e99999999999999999999', '10E99999999999999999998'],
  ['"\\u0041"', '"A"'],
  ['{"a":1,"b":[true,null]}', '{"b":[true,null],"a":1.0}'],
])('%s and %s are the same value', (a, b) => {
  expect(equal(a, b)).toBe(true);
});

test.each([
  ['12345678901234567890', '12345678901234567891'],
  ['1', '-1'],
  ['1', '"1"'],
  ['[1,2]', '[2,1]'],
  ['[]', '{}'],
  ['[]', '[1]'],
  ['{"a":null}', '{}'],
  ['{"a":null}', '{"b":null}'],
  ['null', 'false'],
])('%s and %s are not', (a, b) => {
  expect([equal(a, b), equal(b, a)]).toEqual([false, false]);
});

test('numbers are the same value exactly if their doubles are, where a double holds them', () => {
  const whole = fc.integer({ min: -20, max: 20 });
  const digits = fc
    .tuple(whole, fc.nat({ max: 99 }), fc.integer({ min: -2, max: 2 }))
    .map(([value, fraction, exponent]) => `${value}.${fraction}e${exponent}`);
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      expect([a, b, equal(a, b)]).toEqual([a, b, Number(a) === Number(b)]);
    }),
    { numRuns: 2000 },
  );
});

test('numbers of a million digits are compared in a moment', () => {
  const digits = `1${'0'.repeat(1_000_000)}1`;
  const startedAt = performance.now();

  const isEqual = equal(digits, `${digits}.0`);

  expect(isEqual).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
}, 900_000);
