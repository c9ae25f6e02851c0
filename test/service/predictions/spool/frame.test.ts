import fc from 'fast-check';
import { findFrame, frameHeaderBytes, readFrame, sealFrame } from '../../../../service/predictions/spool/frame';

const frameOf = (payload: string, rows = 1, writtenAt = 1_700_000_000_000): Buffer => {
  const frame = Buffer.alloc(frameHeaderBytes + Buffer.byteLength(payload));
  frame.write(payload, frameHeaderBytes);
  sealFrame(frame, Buffer.byteLength(payload), rows, writtenAt);
  return frame;
};

describe('A frame', () => {
  test('is read back as it was written, wherever it stands', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(100), (payload, rows, at) => {
        const buffer = Buffer.concat([Buffer.alloc(at), frameOf(payload, rows), Buffer.from('behind')]);

        expect(readFrame(buffer, at)).toEqual({
          payload: Buffer.from(payload),
          rows,
          writtenAt: 1_700_000_000_000,
          length: frameHeaderBytes + Buffer.byteLength(payload),
        });
      }),
    );
  });

  test('is incomplete however many of its bytes are missing', () => {
    const frame = frameOf('a line\n');
    const cuts = Array.from({ length: frame.length }, (_, length) => readFrame(frame.subarray(0, length), 0));

    expect(new Set(cuts)).toEqual(new Set(['incomplete']));
  });

  test('is never taken for whole if one bit of it is wrong', () => {
    const frame = frameOf('a line\n');
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.nat(7), (byte, bit) => {
        const damaged = Buffer.from(frame);
        damaged[byte] = (damaged[byte] as number) ^ (1 << bit);

        expect(typeof readFrame(damaged, 0)).toBe('string');
      }),
    );
  });

  test('is found behind damaged bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        const buffer = Buffer.concat([garbage, frameOf('a line\n')]);

        expect(findFrame(buffer, 0)).toBe(garbage.length);
      }),
    );
  });
});
