import fc from 'fast-check';
import { elementsOf, type Tensor } from '../../../../service/protocols/open-inference/tensor';

const tensor = (parts: Partial<Tensor>): Tensor => ({ name: 't', shape: [1], datatype: 'FP64', data: [1], ...parts });
const read = (parts: Partial<Tensor>) => elementsOf(tensor(parts), 'inputs[0]');

describe('the range of a datatype', () => {
  it.each([
    ['BOOL', [true, false]],
    ['UINT8', [0, 255]],
    ['UINT16', [0, 65_535]],
    ['UINT32', [0, 4_294_967_295]],
    ['UINT64', [0, Number.MAX_SAFE_INTEGER]],
    ['INT8', [-128, 127]],
    ['INT16', [-32_768, 32_767]],
    ['INT32', [-2_147_483_648, 2_147_483_647]],
    ['INT64', [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
    ['FP32', [-3.4028234663852886e38, 0.1]],
    ['FP64', [-1.7976931348623157e308, 5e-324]],
    ['BYTES', ['', 'ü']],
  ])('%s holds %j', (datatype, data) => {
    expect(read({ datatype, shape: [2], data })).toEqual(data);
  });

  it.each([
    ['BOOL', 1],
    ['BOOL', 'true'],
    ['UINT8', -1],
    ['UINT8', 256],
    ['UINT16', 65_536],
    ['UINT32', 4_294_967_296],
    ['UINT64', 2 ** 53],
    ['UINT64', -1],
    ['INT8', -129],
    ['INT8', 128],
    ['INT16', 32_768],
    ['INT32', 2_147_483_648],
    ['INT64', -(2 ** 53)],
    ['INT64', 1.5],
    ['INT64', '1'],
    ['FP32', 3.5e38],
    ['FP32', true],
    ['FP64', Number.POSITIVE_INFINITY],
    ['FP64', '1.5'],
    ['FP64', null],
    ['BYTES', 1],
  ])('%s does not hold %j', (datatype, value) => {
    expect(() => read({ datatype, data: [value] })).toThrow(/^inputs\[0\]\.data\[0\]: must be /);
  });

  it.each(['FP16', 'BF16', 'fp64', '', 'toString'])('is not known for %j', (datatype) => {
    expect(() => read({ datatype })).toThrow(`inputs[0].datatype: '${datatype}' is not supported; use BOOL, UINT8`);
  });
});

describe('the shape', () => {
  const shaped = fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, columns]) =>
      fc.tuple(
        fc.constant<number[]>([rows, columns]),
        fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), sized(columns)), sized(rows)),
      ),
    );

  function sized(length: number) {
    return { minLength: length, maxLength: length };
  }

  it('gives the same elements for nested as for flat data', () => {
    fc.assert(
      fc.property(shaped, ([shape, rows]) => {
        expect(read({ shape, data: rows })).toEqual(rows.flat());
        expect(read({ shape, data: rows.flat() })).toEqual(rows.flat());
      }),
    );
  });

  it.each([
    ['too few elements', [2, 2], [1, 2, 3], 'inputs[0].data: does not have the shape [2,2]'],
    ['too many elements', [2], [1, 2, 3], 'inputs[0].data: does not have the shape [2]'],
    ['a ragged row', [2, 2], [[1, 2], [3]], 'inputs[0].data[1]: must be a list of 2, as the shape says'],
    ['as many elements in other rows', [2, 2], [[1, 2, 3], [4]], 'inputs[0].data[0]: must be a list of 2'],
    [
      'a row too many',
      [1, 2],
      [
        [1, 2],
        [3, 4],
      ],
      'inputs[0].data: does not have the shape [1,2]',
    ],
    ['a number between rows', [2, 1], [[1], 2], 'inputs[0].data[1]: must be a list of 1'],
    ['a row between numbers', [2], [1, [2]], 'inputs[0].data[1]: must be a finite number'],
    ['a size that no data has', [2 ** 50, 2 ** 50], [1], 'inputs[0].data: does not have the shape'],
  ])('is refused for %s', (_name, shape, data, message) => {
    expect(() => read({ shape, data })).toThrow(message);
  });
});
