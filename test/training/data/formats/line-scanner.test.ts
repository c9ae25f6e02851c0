import fc from 'fast-check';
import { LineScanner } from '../../../../training/data/formats/line-scanner';

function scan(text: string): LineScanner {
  const scanner = new LineScanner(':');
  const bytes = Buffer.from(text);
  scanner.open(bytes, 0, bytes.length);
  return scanner;
}

const readNumber = (text: string): number => scan(text).readNumber('value');

function readKey(text: string): bigint {
  const scanner = scan(text);
  scanner.readKey('key');
  return (BigInt(scanner.high) << 32n) | BigInt(scanner.low);
}

describe('a number', () => {
  test('is the double that is nearest to its text', () => {
    const digits = fc.stringMatching(/^[+-]?(\d{1,25}(\.\d{0,25})?|\.\d{1,25})([eE][+-]?\d{1,2})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        expect(readNumber(text)).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('that is written from a double is that double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(Object.is(value, -0) ? '-0' : String(value))).toBe(value);
        expect(readNumber(value.toExponential())).toEqual(value + 0);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['', '.', '+', '-', '1e', 'e5', '1.2.3', '--1', '1x', '0x1f', 'inf', 'nan', '1e400', '1_000'])(
    'is not %j',
    (text) => {
      expect(() => readNumber(text)).toThrow(expect.objectContaining({ reason: expect.stringContaining(`'${text}'`) }));
    },
  );
});

describe('a key', () => {
  test('is any unsigned 64-bit number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(3), (key, zeros) => {
        expect(readKey('0'.repeat(zeros) + key)).toBe(key);
      }),
      { numRuns: 2000 },
    );
    expect(readKey('18446744073709551615')).toBe(2n ** 64n - 1n);
  });

  test.each(['', '-1', '+1', '1.0', '18446744073709551616', '99999999999999999999999', '1e3', 'a'])(
    'is not %j',
    (text) => {
      expect(() => readKey(text)).toThrow(
        expect.objectContaining({ reason: `key '${text}' is not a whole number from 0 to 2^64 - 1` }),
      );
    },
  );
});
