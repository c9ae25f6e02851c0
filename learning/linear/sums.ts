/**
 * The two sums that an online learner keeps for each key, one entry a key. FTRL-Proximal keeps z and N; AdaGrad keeps
 * the weight w in the place of z.
 */
export interface Sums {
  readonly z: Float64Array;
  readonly n: Float64Array;
}

/** Sums of so many keys, all 0. */
export const zeroSums = (keys: number): Sums => ({ z: new Float64Array(keys), n: new Float64Array(keys) });
