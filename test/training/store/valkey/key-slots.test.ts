import fc from 'fast-check';
import { counterAt } from '../../../../training/store/valkey/key-slots';

describe('a counter that a server sent', () => {
  it('is read as the double that is nearest', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(8), (counter, at) => {
        const bytes = Buffer.alloc(at + 8);
        bytes.writeBigInt64BE(counter, at);
        expect(counterAt(bytes, at)).toBe(Number(counter));
      }),
    );
  });
});
