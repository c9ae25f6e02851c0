import { packData, unpackData } from './model-data';

/*
 * A user's state as bytes: a line of JSON with the packed data and the lengths of its arrays, and then the arrays as
 * little-endian doubles.
 */

interface Head {
  readonly json: string;
  readonly lengths: readonly number[];
}

const lineEnd = '\n'.charCodeAt(0);

/**
 * The bytes of what a model keeps of a user; they come back from `decodeState` as what they were made of.
 * @throws {ModelDataError} if it holds anything that a model's data may not hold
 */
export function encodeState(state: unknown): Uint8Array {
  const { json, arrays } = packData(state, 'state');
  const head: Head = { json, lengths: arrays.map(({ length }) => length) };
  const parts = arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...parts]);
}

/** The state that the bytes of `encodeState` hold. */
export function decodeState(bytes: Uint8Array): unknown {
  const end = bytes.indexOf(lineEnd);
  const { json, lengths } = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Head;
  let at = end + 1;
  const arrays = lengths.map((length) => {
    // Copied, as doubles must begin at a multiple of their size.
    const values = new Float64Array(Uint8Array.from(bytes.subarray(at, at + 8 * length)).buffer);
    at += 8 * length;
    return values;
  });
  return unpackData({ json, arrays });
}
