import fc from 'fast-check';
import {
  SparseFeaturesError,
  sparseFromJson,
  sparseFromLists,
  sparseFromText,
  sparseText,
} from '../../../learning/sparse/sparse-features';

const key = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);

/** Without the marks of an object that came by another way. */
const plain = (features: object) => ({ ...features });

describe('sparse features', () => {
  test('of a text are keys with values, as a line of LIBSVM has them behind its label', () => {
    expect(plain(sparseFromText(' 3:1\t18446744073709551615:-2.5e1  7 '))).toEqual({
      '3': 1,
      '18446744073709551615': -25,
      '7': 1,
    });
  });

  test('of a text may be names, whose value stands behind the last colon', () => {
    expect(plain(sparseFromText('site=shop.example user^age:0.5 url^http://a'))).toEqual({
      'site=shop.example': 1,
      'user^age': 0.5,
      'url^http://a': 1,
    });
  });

  test('of a list have the value 1, and repeated ones add up', () => {
    expect(plain(sparseFromJson([3, '3', '007', 'site=a']))).toEqual({ '3': 2, '7': 1, 'site=a': 1 });
  });

  test('keep each key of 64 bits exactly, as an object and as a text', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value), (features) => {
        expect(plain(sparseFromJson(JSON.parse(JSON.stringify(features))))).toEqual(plain(features));
        expect(plain(sparseFromText(sparseText(features)))).toEqual(plain(features));
      }),
    );
  });

  test('of two lists have the value at the place of the key', () => {
    expect(plain(sparseFromLists(['5', 6], [0.5, 2]))).toEqual({ '5': 0.5, '6': 2 });
    expect(plain(sparseFromLists([5, 6], undefined))).toEqual({ '5': 1, '6': 1 });
  });

  test.each<[unknown, string]>([
    [[2 ** 53], 'the key 9007199254740992 is beyond 2^53 - 1, where JSON numbers are not exact; send it as a string'],
    [['18446744073709551616'], 'the key "18446744073709551616" is beyond 2^64 - 1'],
    [[-1], '-1 is no key; send a whole number from 0, or a string'],
    [[1.5], '1.5 is no key; send a whole number from 0, or a string'],
    [[null], 'null is no key; send a whole number from 0, or a string'],
    [{ '3': '1' }, 'the value of "3" must be a finite number'],
    [{ '3': null }, 'the value of "3" must be a finite number'],
    [{ '': 1 }, 'a key is empty'],
    ['3:x', '"3:x" has no number behind \':\''],
    [7, 'must be an object of values by key or name, a list of keys, or a text such as "3:1 11:0.5"'],
  ])('refuse %j', (json, message) => {
    expect(() => sparseFromJson(json)).toThrow(new SparseFeaturesError(message));
  });
});
