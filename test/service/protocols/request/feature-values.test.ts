import fc from 'fast-check';
import type { Feature, FeatureType } from '../../../../learning/model';
import {
  ConversionError,
  FieldError,
  fromJson,
  fromText,
  isObject,
  MissingFieldError,
  rowFromObject,
  rowFromTexts,
} from '../../../../service/protocols/request/feature-values';

const types: readonly FeatureType[] = ['float', 'int', 'str', 'bool'];
const petal: Feature = { name: 'petal_length', type: 'float', aliases: ['pental_length'] };
const count: Feature = { name: 'count', type: 'int', aliases: [] };

const inAnyCase = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((upper) => [...word].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter)).join(''));

describe('float', () => {
  it('reads every finite double from its text and from JSON, to the last bit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = Object.is(value, -0) ? '-0' : String(value);
        expect(fromText('float', text)).toBe(value);
        expect(fromJson('float', value)).toBe(value);
        expect(fromJson('float', text)).toBe(value);
      }),
    );
  });

  it.each([
    ['5', 5],
    ['+5.25', 5.25],
    ['-.5', -0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E-2', 0.01],
    ['  5.1\t', 5.1],
  ])('reads %j as %d', (text, value) => {
    expect(fromText('float', text)).toBe(value);
  });

  it.each(['', ' ', '.', '1,5', '0x10', '1e', '1 2', '--1', '1_000', 'five', '٣'])('refuses the text %j', (text) => {
    expect(() => fromText('float', text)).toThrow(ConversionError);
  });

  it.each(['nan', 'NaN', 'inf', '-Infinity', '1e999'])('refuses %j unless non-finite values are allowed', (text) => {
    expect(() => fromText('float', text)).toThrow(ConversionError);
    expect(Number.isFinite(fromText('float', text, { allowNonFinite: true }))).toBe(false);
  });

  it('keeps the sign of an infinity', () => {
    expect(fromText('float', '-inf', { allowNonFinite: true })).toBe(Number.NEGATIVE_INFINITY);
    expect(fromText('float', '+inf', { allowNonFinite: true })).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([[true], [null], [[1]], [{}], [undefined]])('refuses %j from JSON', (value) => {
    expect(() => fromJson('float', value)).toThrow(ConversionError);
  });

  it('names a JSON number that is too large for a double', () => {
    expect(() => fromJson('float', JSON.parse('1e999'))).toThrow('Infinity is not a number');
  });

  it('says no to a long text of digits in time that grows with its length', () => {
    expect(() => fromText('float', `${'1'.repeat(2_000_000)}x`)).toThrow(ConversionError);
  });
});

describe('int', () => {
  it('reads every safe integer from its text and from JSON', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(fromText('int', String(value))).toBe(value);
        expect(fromJson('int', value)).toBe(value);
        expect(fromJson('int', String(value))).toBe(value);
      }),
    );
  });

  it('reads a sign and a whole number in another notation', () => {
    expect(fromText('int', '+7')).toBe(7);
    expect(fromJson('int', JSON.parse('7.0'))).toBe(7);
    expect(fromJson('int', JSON.parse('1e3'))).toBe(1000);
  });

  it.each(['', '1.0', '1e3', ' 7', '7 ', '0x7', '+', '7a'])('refuses the text %j', (text) => {
    expect(() => fromText('int', text)).toThrow(ConversionError);
  });

  it.each([[1.5], [true], [null], [[]]])('refuses %j from JSON', (value) => {
    expect(() => fromJson('int', value)).toThrow(ConversionError);
  });

  it.each(['9007199254740992', '-9007199254740992', '1'.repeat(400)])(
    'refuses %s, which a double cannot hold',
    (text) => {
      expect(() => fromText('int', text)).toThrow('send large ids as strings');
      expect(() => fromJson('int', Number(text))).toThrow(ConversionError);
    },
  );
});

describe('str', () => {
  it('keeps any text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromText('str', text)).toBe(text);
        expect(fromJson('str', text)).toBe(text);
      }),
    );
  });

  it('takes a number or boolean of JSON as text', () => {
    expect([fromJson('str', 5), fromJson('str', 0.1), fromJson('str', true)]).toEqual(['5', '0.1', 'true']);
  });

  it.each([[null], [[]], [{}]])('refuses %j from JSON', (value) => {
    expect(() => fromJson('str', value)).toThrow(ConversionError);
  });
});

describe('bool', () => {
  it('reads true in any case as true', () => {
    fc.assert(
      fc.property(inAnyCase('true'), (text) => {
        expect(fromText('bool', text)).toBe(true);
        expect(fromJson('bool', text)).toBe(true);
      }),
    );
  });

  it('reads every other text as false', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom('', '1', 'yes', ' true'),
          fc.string().filter((text) => text.toLowerCase() !== 'true'),
        ),
        (text) => {
          expect(fromText('bool', text)).toBe(false);
        },
      ),
    );
  });

  it.each([[1], [0], [null], [[]], [{}]])('refuses %j from JSON', (value) => {
    expect(() => fromJson('bool', value)).toThrow(ConversionError);
  });
});

describe('any JSON value', () => {
  it('becomes a value of the asked type or a conversion error, never anything else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.jsonValue(), (type, value) => {
        const expected = { float: 'number', int: 'number', str: 'string', bool: 'boolean', sparse: 'object' }[type];
        try {
          expect(typeof fromJson(type, value)).toBe(expected);
        } catch (error) {
          expect(error).toBeInstanceOf(ConversionError);
        }
      }),
    );
  });

  it('is cut short in the message', () => {
    expect(() => fromJson('float', 'x'.repeat(1000))).toThrow(/^"x{39}… is not a number$/);
  });
});

describe('a row', () => {
  it('has the values in the order of the features, whatever the order and company of the keys', () => {
    expect(rowFromObject([petal, count], { other: null, count: '3', petal_length: 1.5 })).toEqual([1.5, 3]);
    expect(rowFromTexts([petal, count], { count: '3', petal_length: ' 1.5' })).toEqual([1.5, 3]);
  });

  it('takes an alias for the name', () => {
    expect(rowFromObject([petal], { pental_length: 1.5 })).toEqual([1.5]);
  });

  it('takes name and alias together if they say the same', () => {
    expect(rowFromObject([petal], { petal_length: 1.5, pental_length: '1.50' })).toEqual([1.5]);
  });

  it('refuses name and alias that differ', () => {
    const read = () => rowFromObject([petal], { petal_length: 1.5, pental_length: 1.6 });
    expect(read).toThrow("pental_length: differs from 'petal_length'");
  });

  it('names the feature that is missing', () => {
    expect(() => rowFromObject([petal, count], { petal_length: 1 })).toThrow(new MissingFieldError('count'));
  });

  it('does not take inherited properties for features', () => {
    const inherited: Feature = { name: 'constructor', type: 'str', aliases: ['toString'] };
    expect(() => rowFromObject([inherited], {})).toThrow(MissingFieldError);
  });

  it('names the field as it was sent when it does not convert', () => {
    const read = () => rowFromObject([petal], { pental_length: 'long' });
    expect(read).toThrow(new FieldError('pental_length', '"long" is not a number'));
  });
});

describe('an object', () => {
  it('is neither a list nor null nor a scalar', () => {
    expect([{}, [], null, 'a', 1, undefined].map(isObject)).toEqual([true, false, false, false, false, false]);
  });
});
