/** Numbers in memory that threads may share, so that whoever has threads can spread rows over them without copies. */
export const sharedDoubles = (length: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));

/** As {@link sharedDoubles}, for whole numbers. */
export const sharedIntegers = (length: number): Uint32Array =>
  new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT));
