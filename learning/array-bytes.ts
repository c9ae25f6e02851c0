import type { Keys } from './sparse/keys';

/** Numbers in row-major order, as many as the product of `shape`: doubles, or unsigned integers of 64 bits; or texts; or the bytes of a file. */
export type ModelArray = DoubleArray | KeyArray | TextArray | ByteArray;

export interface DoubleArray {
  readonly dtype: 'float64';
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export interface KeyArray {
  readonly dtype: 'uint64';
  readonly shape: readonly number[];
  /** Two words a number. */
  readonly values: Keys;
}

export interface TextArray {
  readonly dtype: 'text';
  readonly shape: readonly number[];
  readonly values: readonly string[];
}

export interface ByteArray {
  readonly dtype: 'bytes';
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/** Arrays begin at multiples of so many bytes; a number fills as many, and what ends between is filled up with zeros. */
export const alignment = 8;

export const aligned = (position: number): number => Math.ceil(position / alignment) * alignment;

/** How many elements an array has in fact. */
export const elementsOf = ({ dtype, values }: ModelArray): number =>
  dtype === 'uint64' ? values.length / 2 : values.length;

/**
 * The bytes of an array, a multiple of `alignment`, all little-endian. The low word of a 64-bit integer comes first, as it
 * does in `Keys`. Texts are a list in JSON, after its length in bytes as a 64-bit integer, with zeros at the end.
 */
export function encodeArray({ dtype, values }: ModelArray): Uint8Array {
  if (dtype === 'text') return encodeTexts(values);
  if (dtype === 'bytes') return encodeBytes(values);
  const view = new DataView(new ArrayBuffer(values.byteLength));
  if (dtype === 'float64') {
    for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  } else {
    for (let i = 0; i < values.length; i++) view.setUint32(4 * i, values[i]!, true);
  }
  return new Uint8Array(view.buffer);
}

/**
 * Reads the array that starts at `start`.
 * @returns it and where it ends; undefined if there is none of that shape within `bytes`
 */
export function decodeArray(
  bytes: Uint8Array,
  start: number,
  dtype: ModelArray['dtype'],
  shape: readonly number[],
): { readonly array: ModelArray; readonly end: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = shape.reduce((product, size) => product * size, 1);
  if (dtype === 'text') return decodeTexts(bytes, view, start, shape, length);
  if (dtype === 'bytes') {
    const end = aligned(start + length);
    const values = bytes.subarray(start, start + length);
    return end > bytes.length ? undefined : { array: { dtype, shape, values }, end };
  }
  const end = start + length * alignment;
  if (end > bytes.length) return undefined;
  if (dtype === 'float64') {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = view.getFloat64(start + 8 * i, true);
    return { array: { dtype, shape, values }, end };
  }
  const values = new Uint32Array(2 * length);
  for (let i = 0; i < values.length; i++) values[i] = view.getUint32(start + 4 * i, true);
  return { array: { dtype, shape, values }, end };
}

function encodeBytes(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(aligned(values.length));
  bytes.set(values);
  return bytes;
}

const lengthBytes = 8;

function encodeTexts(texts: readonly string[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(texts));
  const bytes = new Uint8Array(aligned(lengthBytes + json.length));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, lengthBytes);
  return bytes;
}

function decodeTexts(bytes: Uint8Array, view: DataView, start: number, shape: readonly number[], length: number) {
  if (start + lengthBytes > bytes.length) return undefined;
  const jsonEnd = start + lengthBytes + Number(view.getBigUint64(start, true));
  const end = aligned(jsonEnd);
  if (end > bytes.length) return undefined;
  const values = parseTexts(bytes.subarray(start + lengthBytes, jsonEnd));
  return values?.length === length ? { array: { dtype: 'text' as const, shape, values }, end } : undefined;
}

function parseTexts(json: Uint8Array): string[] | undefined {
  try {
    const values: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
    return Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : undefined;
  } catch {
    return undefined;
  }
}
