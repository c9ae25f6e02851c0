import { compareKeys, type Keys } from '../learning/sparse/keys';

/** Weights of keys, as model files have them. */
export interface KeyedWeights {
  readonly keys: Keys;
  readonly weights: Float64Array;
}

/** The weights that are not 0, by ascending key. */
export function inOrder({ keys, weights }: KeyedWeights): KeyedWeights {
  const order = [...weights.keys()].filter((i) => weights[i] !== 0).sort((a, b) => compareKeys(keys, a, keys, b));
  const sorted: Keys = new Uint32Array(2 * order.length);
  for (const [place, i] of order.entries()) sorted.set(keys.subarray(2 * i, 2 * i + 2), 2 * place);
  return { keys: sorted, weights: Float64Array.from(order, (i) => weights[i]!) };
}
