import { defineModel, type Training } from '../../config/define';

interface Flower {
  readonly petal_length: number;
  readonly petal_width: number;
}

/** The species of the `k` flowers that are nearest, each with one vote. */
export default defineModel({
  kind: 'classifier',

  train({ rows, targets, classes, hyperparameters }: Training<Flower, string>) {
    const { k = 5 } = hyperparameters;
    if (!Number.isInteger(k)) throw new Error('hyperparameters.k: must be a whole number');
    return {
      data: {
        k: k as number,
        lengths: Float64Array.from(rows, (row) => row.petal_length),
        widths: Float64Array.from(rows, (row) => row.petal_width),
        species: Uint8Array.from(targets, (target) => classes.indexOf(target)),
      },
    };
  },

  load: (data, classes) => ({ ...data, classes }),

  predict: ({ k, lengths, widths, species, classes }, rows) =>
    rows.map((row) => {
      const distance = (i: number) => Math.hypot(lengths[i]! - row.petal_length, widths[i]! - row.petal_width);
      const nearest = [...lengths.keys()].sort((a, b) => distance(a) - distance(b)).slice(0, k);
      const probabilities = classes.map((_, c) => nearest.filter((i) => species[i] === c).length / nearest.length);
      return { output: classes[probabilities.indexOf(Math.max(...probabilities))]!, probabilities };
    }),
});
