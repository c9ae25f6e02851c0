import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent, listSegments, type Position, segmentName } from './directory';
import { announcedLength, type Frame, findFrame, readFrame } from './frame';

/** Whole frames that follow one another in a segment. */
export interface SpoolBatch {
  readonly frames: readonly Frame[];
  readonly rows: number;
  /** Behind the last frame. */
  readonly end: Position;
  /** Whether more may be there by now. */
  readonly full: boolean;
}

/** Bytes of a segment that are no frame. */
export interface Gap {
  readonly segment: number;
  readonly from: number;
  readonly bytes: Buffer;
  /**
   * `torn`: at the end of the segment, so its write was cut off and nothing of it was ever answered. `damaged`: frames
   * follow, so it was whole once.
   */
  readonly kind: 'torn' | 'damaged';
}

export interface ReadOptions {
  /** Bytes of one batch, about. */
  readonly maxBytes: number;
  /** Whether nobody writes the spool any more; else its last segment may end in a frame that is being written. */
  readonly finished: boolean;
  readonly onGap: (gap: Gap) => Promise<void>;
}

/** The next frames of a spool at or behind a position; undefined if there is none, or none that is whole yet. */
export async function readBatch(
  spool: string,
  position: Position,
  options: ReadOptions,
): Promise<SpoolBatch | undefined> {
  // The list comes first: what it shows a successor of is read to its end afterwards.
  const segments = await listSegments(spool);
  for (const segment of segments.filter((number) => number >= position.segment)) {
    const sealed = options.finished || segment !== segments.at(-1);
    const offset = segment === position.segment ? position.offset : 0;
    const file = await ifPresent(open(join(spool, segmentName(segment))));
    if (file === undefined) continue;
    try {
      const batch = await readSegment(file, segment, offset, sealed, options);
      if (batch) return { ...batch, full: batch.full || sealed };
      if (!sealed) return undefined;
    } finally {
      await file.close();
    }
  }
  return undefined;
}

async function readSegment(
  file: FileHandle,
  segment: number,
  offset: number,
  sealed: boolean,
  { maxBytes, onGap }: ReadOptions,
): Promise<SpoolBatch | undefined> {
  const { size } = await file.stat();
  const left = size - offset;
  if (left <= 0) return undefined;
  let bytes = await read(file, offset, Math.min(left, maxBytes));
  const announced = announcedLength(bytes, 0) ?? 0;
  if (announced > bytes.length && announced <= left) bytes = await read(file, offset, announced);

  const { frames, length } = wholeFrames(bytes);
  if (frames.length > 0) return batchOf(frames, { segment, offset: offset + length }, left > bytes.length);
  if (!sealed) return undefined;

  const rest = await read(file, offset, left);
  const next = findFrame(rest, 0);
  await onGap({
    segment,
    from: offset,
    bytes: rest.subarray(0, next ?? rest.length),
    kind: next === undefined ? 'torn' : 'damaged',
  });
  if (next === undefined) return undefined;
  const found = wholeFrames(rest.subarray(next));
  return batchOf(found.frames, { segment, offset: offset + next + found.length }, true);
}

async function read(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

function wholeFrames(bytes: Buffer): { frames: readonly Frame[]; length: number } {
  const frames: Frame[] = [];
  let length = 0;
  for (;;) {
    const frame = readFrame(bytes, length);
    if (typeof frame === 'string') return { frames, length };
    frames.push(frame);
    length += frame.length;
  }
}

const batchOf = (frames: readonly Frame[], end: Position, full: boolean): SpoolBatch => ({
  frames,
  rows: frames.reduce((sum, frame) => sum + frame.rows, 0),
  end,
  full,
});
