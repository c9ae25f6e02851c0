import { defineConfig } from '../../config/define';

export default defineConfig({
  models: {
    nearest: {
      algorithm: './nearest.ts',
      source: { csv: '../iris/iris.csv' },
      target: 'species',
      mapping: [
        { name: 'petal_length', type: 'float' },
        { name: 'petal_width', type: 'float' },
      ],
      hyperparameters: { k: 7 },
      minScore: 0.85,
    },
  },
});
