/** Counters are whole numbers of 64 bits; a sum is stored times this. */
export interface Scales {
  readonly z: number;
  readonly n: number;
}

/** The scales of FTRL's z and N. */
export const ftrlScales: Scales = { z: 2 ** 28, n: 2 ** 24 };

/** AdaGrad keeps a weight in the place of z: smaller numbers, of which more digits count. */
export const adaGradScales: Scales = { z: 2 ** 40, n: 2 ** 24 };

/** The least and the first too large whole number of 64 bits. */
const limit = 2 ** 63;

/**
 * The whole number that stands for a value, as the text of a command; undefined if 64 bits do not hold it.
 * What the rounding leaves is `value - fromFixed(rounded)`.
 */
export function fixedText(rounded: number): string | undefined {
  if (!(rounded >= -limit && rounded < limit)) return undefined;
  return Number.isSafeInteger(rounded) ? String(rounded) : String(BigInt(rounded));
}

/** The nearest whole number to a value times its scale; never -0. */
export const toFixed = (value: number, scale: number): number => Math.round(value * scale) + 0;

/** The value that a counter stands for. */
export const fromFixed = (counter: number, scale: number): number => counter / scale;
