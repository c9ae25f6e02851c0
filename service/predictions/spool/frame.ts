import { crc32 } from 'node:zlib';

/**
 * The unit of the spool: what one event-loop turn appended. Little-endian:
 *
 * | bytes | |
 * |---|---|
 * | 0–3 | mark, which cannot occur in UTF-8 text |
 * | 4–7 | CRC-32 of all that follows |
 * | 8–11 | length of the payload |
 * | 12–15 | rows in the payload |
 * | 16–23 | time of writing, milliseconds since the epoch |
 * | 24– | payload: one line per row |
 */
export interface Frame {
  readonly payload: Buffer;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Bytes of header and payload. */
  readonly length: number;
}

/** Bytes before the payload. */
export const frameHeaderBytes = 24;

const mark = Buffer.from([0xff, 0x53, 0x50, 0xff]);
const markNumber = mark.readUInt32LE();

/** Fills in the header before a payload of `length` bytes that is in the buffer already. */
export function sealFrame(buffer: Buffer, length: number, rows: number, writtenAt: number): void {
  buffer.writeUInt32LE(markNumber, 0);
  buffer.writeUInt32LE(length, 8);
  buffer.writeUInt32LE(rows, 12);
  buffer.writeDoubleLE(writtenAt, 16);
  buffer.writeUInt32LE(crc32(buffer.subarray(8, frameHeaderBytes + length)), 4);
}

/** The frame that starts at `at`; if there is none, how it fails. The payload shares the buffer's memory. */
export function readFrame(buffer: Buffer, at: number): Frame | 'incomplete' | 'damaged' {
  const start = at + frameHeaderBytes;
  if (buffer.length < start) return 'incomplete';
  if (buffer.readUInt32LE(at) !== markNumber) return 'damaged';
  const end = start + buffer.readUInt32LE(at + 8);
  if (buffer.length < end) return 'incomplete';
  if (crc32(buffer.subarray(at + 8, end)) !== buffer.readUInt32LE(at + 4)) return 'damaged';
  return {
    payload: buffer.subarray(start, end),
    rows: buffer.readUInt32LE(at + 12),
    writtenAt: buffer.readDoubleLE(at + 16),
    length: end - at,
  };
}

/** Bytes that the frame at `at` takes by its own account; undefined if not even its header is there. */
export function announcedLength(buffer: Buffer, at: number): number | undefined {
  if (buffer.length < at + frameHeaderBytes || buffer.readUInt32LE(at) !== markNumber) return undefined;
  return frameHeaderBytes + buffer.readUInt32LE(at + 8);
}

/** Where the next whole frame starts, at `from` or behind it; undefined if there is none. */
export function findFrame(buffer: Buffer, from: number): number | undefined {
  for (let at = buffer.indexOf(mark, from); at !== -1; at = buffer.indexOf(mark, at + 1)) {
    if (typeof readFrame(buffer, at) === 'object') return at;
  }
  return undefined;
}
