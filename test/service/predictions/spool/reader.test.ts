import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginning, type Position, segmentName } from '../../../../service/predictions/spool/directory';
import { frameHeaderBytes, sealFrame } from '../../../../service/predictions/spool/frame';
import { type Gap, readBatch } from '../../../../service/predictions/spool/reader';
import { temporaryDirectory } from '../../../support/prediction-records';

let spool: string;

beforeEach(() => {
  spool = temporaryDirectory();
});

afterEach(() => rmSync(spool, { recursive: true, force: true }));

const frameOf = (payload: string): Buffer => {
  const frame = Buffer.alloc(frameHeaderBytes + payload.length);
  frame.write(payload, frameHeaderBytes);
  sealFrame(frame, payload.length, 1, 0);
  return frame;
};

const writeSegment = (segment: number, ...parts: Buffer[]): void => {
  mkdirSync(spool, { recursive: true });
  writeFileSync(join(spool, segmentName(segment)), Buffer.concat(parts));
};

/** All payloads from a position on, and the gaps between. */
async function readAll({ finished = true, maxBytes = 1024, from = beginning as Position } = {}) {
  const payloads: string[] = [];
  const gaps: Gap[] = [];
  for (let position = from; ; ) {
    const batch = await readBatch(spool, position, {
      maxBytes,
      finished,
      onGap: async (gap) => {
        gaps.push(gap);
      },
    });
    if (!batch) return { payloads, gaps };
    payloads.push(...batch.frames.map(({ payload }) => payload.toString()));
    position = batch.end;
  }
}

describe('Reading a spool', () => {
  test('gives all frames of all segments in order', async () => {
    writeSegment(1, frameOf('a'), frameOf('b'));
    writeSegment(2, frameOf('c'));

    expect(await readAll()).toEqual({ payloads: ['a', 'b', 'c'], gaps: [] });
  });

  test('gives a frame that is larger than a batch', async () => {
    writeSegment(1, frameOf('x'.repeat(5000)), frameOf('b'));

    expect((await readAll({ maxBytes: 100 })).payloads).toEqual(['x'.repeat(5000), 'b']);
  });

  test('goes on with the next segment if that of the position was shipped and removed', async () => {
    writeSegment(3, frameOf('c'));

    expect((await readAll({ from: { segment: 2, offset: 4000 } })).payloads).toEqual(['c']);
  });

  test('gives nothing of a spool that is gone', async () => {
    rmSync(spool, { recursive: true });

    expect(await readAll()).toEqual({ payloads: [], gaps: [] });
  });

  test('leaves behind a last frame that was cut off, after whichever byte', async () => {
    const torn = frameOf('torn');
    for (let length = 1; length < torn.length; length += 1) {
      writeSegment(1, frameOf('a'), torn.subarray(0, length));

      const { payloads, gaps } = await readAll();

      expect([payloads, gaps.map(({ kind }) => kind)]).toEqual([['a'], ['torn']]);
    }
  });

  test('goes on behind a cut-off frame at the end of a segment that has a successor', async () => {
    writeSegment(1, frameOf('a'), frameOf('torn').subarray(0, 20));
    writeSegment(2, frameOf('b'));

    expect((await readAll({ finished: false })).payloads).toEqual(['a', 'b']);
  });

  test('waits for the rest of a last frame while somebody writes', async () => {
    const late = frameOf('late');
    writeSegment(1, frameOf('a'), late.subarray(0, 20));
    const before = await readAll({ finished: false });

    writeSegment(1, frameOf('a'), late);
    const after = await readAll({ finished: false });

    expect([before, after]).toEqual([
      { payloads: ['a'], gaps: [] },
      { payloads: ['a', 'late'], gaps: [] },
    ]);
  });

  test('takes the zeros that a power loss can leave at the end for a write that was cut off', async () => {
    writeSegment(1, frameOf('a'), Buffer.alloc(100));

    const { payloads, gaps } = await readAll();

    expect([payloads, gaps.map(({ kind }) => kind)]).toEqual([['a'], ['torn']]);
  });

  test('gives what follows a damaged frame, and the damaged bytes apart', async () => {
    const damaged = frameOf('damaged');
    damaged[frameHeaderBytes] = 0;
    writeSegment(1, frameOf('a'), damaged, frameOf('b'), frameOf('c'));

    expect(await readAll()).toEqual({
      payloads: ['a', 'b', 'c'],
      gaps: [{ segment: 1, from: frameOf('a').length, bytes: damaged, kind: 'damaged' }],
    });
  });

  test('gives what follows a frame whose length is damaged', async () => {
    const damaged = frameOf('damaged');
    damaged.writeUInt32LE(4_000_000_000, 8);
    writeSegment(1, damaged, frameOf('b'));

    expect((await readAll()).payloads).toEqual(['b']);
  });
});
