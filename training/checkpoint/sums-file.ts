import type { Keys } from '../../learning/sparse/keys';
import type { Sums } from '../store/parameter-store';

/** Keys with their sums, in the same order. */
export interface SumsPortion {
  readonly keys: Keys;
  readonly sums: Sums;
}

/** A key, z and N: 8 bytes each, low byte first. */
const entryBytes = 24;

/** What a file of sums has for a portion. */
export function encodeSums({ keys, sums }: SumsPortion): Buffer {
  const bytes = Buffer.allocUnsafe(entryBytes * sums.z.length);
  for (let i = 0; i < sums.z.length; i++) {
    const at = entryBytes * i;
    bytes.writeUInt32LE(keys[2 * i]!, at);
    bytes.writeUInt32LE(keys[2 * i + 1]!, at + 4);
    bytes.writeDoubleLE(sums.z[i]!, at + 8);
    bytes.writeDoubleLE(sums.n[i]!, at + 16);
  }
  return bytes;
}

/** The portions of a file of sums that comes in pieces of any size. */
export async function* decodeSums(pieces: AsyncIterable<Buffer>): AsyncIterable<SumsPortion> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    const count = Math.floor(bytes.length / entryBytes);
    rest = bytes.subarray(entryBytes * count);
    if (count > 0) yield decode(bytes, count);
  }
}

function decode(bytes: Buffer, count: number): SumsPortion {
  const keys = new Uint32Array(2 * count);
  const sums = { z: new Float64Array(count), n: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    const at = entryBytes * i;
    keys[2 * i] = bytes.readUInt32LE(at);
    keys[2 * i + 1] = bytes.readUInt32LE(at + 4);
    sums.z[i] = bytes.readDoubleLE(at + 8);
    sums.n[i] = bytes.readDoubleLE(at + 16);
  }
  return { keys, sums };
}
