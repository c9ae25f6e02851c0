import { randomFor } from '../../learning/random';
import { KeyTable } from '../../learning/sparse/key-table';
import type { Keys } from '../../learning/sparse/keys';
import type { InitialWeights } from '../conf/conf';
import type { KeyedWeights } from '../keyed-weights';

/** Where the weights of a training start: those of a model, or as configured. */
export type Start =
  | { readonly type: 'MODEL'; readonly model: KeyedWeights }
  | Exclude<InitialWeights, { type: 'FILE' }>;

/** A weight for each of the keys; 0 for those that a model does not have. */
export function startingWeights(keys: Keys, start: Start, seed: number): Float64Array {
  const weights = new Float64Array(keys.length / 2);
  switch (start.type) {
    case 'ZERO':
      return weights;
    case 'CONSTANT':
      return weights.fill(start.constant);
    case 'GAUSSIAN': {
      const random = randomFor(seed, 'initial weights', 0);
      return weights.map(() => start.mean + start.std * random.normal());
    }
    case 'MODEL': {
      const { model } = start;
      const table = new KeyTable(model.weights.length);
      for (let i = 0; i < model.weights.length; i++) table.add(model.keys[2 * i]!, model.keys[2 * i + 1]!);
      return weights.map((_, j) => model.weights[table.find(keys[2 * j]!, keys[2 * j + 1]!)] ?? 0);
    }
  }
}
