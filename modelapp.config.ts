import { defineConfig } from './config/define';

export default defineConfig({
  models: {
    iris: {
      algorithm: 'softmax',
      source: { csv: 'examples/iris/iris.csv' },
      target: 'species',
      mapping: [
        { name: 'sepal_length', type: 'float' },
        { name: 'sepal_width', type: 'float' },
        { name: 'petal_length', type: 'float', aliases: ['pental_length'] },
        { name: 'petal_width', type: 'float', aliases: ['pental_width'] },
      ],
      minScore: 0.85,
    },
    ctr: {
      algorithm: 'sparse-linear',
      conf: 'examples/ctr/ctr.conf',
      mapping: [{ name: 'features', type: 'sparse' }],
      minScore: 0.7,
    },
    movies: {
      algorithm: 'als',
      source: { csv: 'examples/movies/ratings.csv' },
      hyperparameters: { rank: 8 },
      tune: { grid: { lambda: [0.05, 0.12], rank: [4, 8] } },
    },
  },
});
