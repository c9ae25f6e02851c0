/** Counters are whole numbers of 64 bits; a sum is stored times this. */
export interface Scales {
  readonly z: number;
  readonly n: number;
}

/** The scales of FTRL's z and N. */
export const ftrlScales: Scales = { z: 2 ** 28, n: 2 ** 24 };

/** AdaGrad keeps a weight in the place of z: smaller numbers, of which more digits count. */
export const adaGradScales: Scales = { z: 2 ** 40, n: 2 ** 24 };

/** Whether 64 bits hold a whole number. */
export const fitsCounter = (whole: number): boolean => whole >= -(2 ** 63) && whole < 2 ** 63;

/**
 * The nearest whole number to a value times its scale; never -0. What the rounding leaves is
 * `value - fromFixed(whole)`.
 */
export const toFixed = (value: number, scale: number): number => Math.round(value * scale) + 0;

/** The value that a counter stands for. */
export const fromFixed = (counter: number, scale: number): number => counter / scale;
