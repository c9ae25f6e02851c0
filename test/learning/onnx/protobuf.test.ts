import fc from 'fast-check';
import { fieldsOf, varintsOf } from '../../../learning/onnx/protobuf';
import { message } from './onnx-file';

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const integer = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes = fc.uint8Array({ maxLength: 300 });

describe('fieldsOf', () => {
  it('reads the integers and bytes that a message was made of, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, fc.oneof(integer, bytes))), (fields) => {
        const read = [...fieldsOf(message(...fields))];
        expect(read).toEqual(fields.map(([number, value]) => ({ number, value })));
      }),
    );
  });

  it('reads a number of fixed width as its bytes', () => {
    const double = Uint8Array.of(0x09, 1, 2, 3, 4, 5, 6, 7, 8);
    expect([...fieldsOf(double)]).toEqual([{ number: 1, value: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }]);
    expect([...fieldsOf(message([2, 1]))]).toEqual([{ number: 2, value: Uint8Array.of(0, 0, 0x80, 0x3f) }]);
  });

  it('refuses bytes that end within a field', () => {
    fc.assert(
      fc.property(number, bytes, fc.nat(), (field, content, cut) => {
        const whole = message([field, content]);
        const part = whole.subarray(0, 1 + (cut % (whole.length - 1)));
        if (part.length < whole.length) expect(() => [...fieldsOf(part)]).toThrow(RangeError);
      }),
    );
  });

  it.each([
    ['a field 0', [0x00, 1]],
    ['an unknown wire type', [0x0b]],
    ['an integer of more than 64 bits', [0x08, ...Array<number>(10).fill(0xff), 1]],
  ])('refuses %s', (_what, given) => {
    expect(() => [...fieldsOf(Uint8Array.from(given))]).toThrow(RangeError);
  });
});

test('varintsOf reads a packed list', () => {
  expect(varintsOf(Uint8Array.of(1, 0xac, 0x02, 0))).toEqual([1n, 300n, 0n]);
});
