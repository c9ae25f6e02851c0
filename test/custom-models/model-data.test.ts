import fc from 'fast-check';
import { ModelDataError, packData, unpackData } from '../../custom-models/model-data';

const numbers = fc.oneof(
  fc.float64Array(),
  fc.float32Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.uint16Array(),
  fc.int8Array(),
);
const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes('__proto__'));

describe('The data of a custom model', () => {
  it('comes back as it was, typed arrays of their types among it', () => {
    fc.assert(
      fc.property(json, fc.array(numbers), json, (before, arrays, after) => {
        const data = { before, inside: { arrays }, after: [after, arrays[0] ?? null] };

        const unpacked = unpackData(packData(data));

        // JSON knows one zero only.
        expect(JSON.stringify(unpacked)).toBe(JSON.stringify(data));
        expect((unpacked as typeof data).inside.arrays).toEqual(arrays);
      }),
    );
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(unpackData(packData({ a: 1, b: undefined }))).toEqual({ a: 1 });
  });

  const loop: { self?: unknown } = {};
  loop.self = loop;
  it.each([
    [{ mean: Number.NaN }, 'data.mean is NaN; only finite numbers can be kept outside of typed arrays'],
    [[{ words: new Map() }], 'data[0].words is a Map, which cannot be kept; make a plain object of it'],
    [{ at: new Date(0) }, 'data.at is a Date, which cannot be kept; make a plain object of it'],
    [{ predict: () => 1 }, 'data.predict is a function, which cannot be kept'],
    [[undefined], 'data[0] is undefined, which cannot be kept'],
    [{ n: 1n }, 'data.n is a bigint, which cannot be kept'],
    [{ $array: 1 }, 'data.$array is a reserved name'],
    [loop, 'data.self holds itself'],
  ])('is refused, naming the place, where it holds what a file cannot: %#', (data, message) => {
    expect(() => packData(data)).toThrow(new ModelDataError(message));
  });
});
