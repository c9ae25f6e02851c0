import { defineConfig } from '../../config/define';

export default defineConfig({
  models: {
    neighbours: {
      algorithm: './neighbours.ts',
      mode: 'user-item',
      source: { csv: '../movies/ratings.csv' },
      target: 'rating',
      hyperparameters: { neighbours: 60, shrinkage: 1 },
      onlineUpdateDelayInMillis: 500,
      tune: { grid: { neighbours: [5, 20, 60], shrinkage: [1, 10] } },
    },
  },
});
