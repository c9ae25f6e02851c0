import { defineConfig } from '../../config/define';

export default defineConfig({
  models: {
    forest: {
      algorithm: 'onnx',
      file: 'forest.onnx',
      source: { csv: '../iris/iris.csv' },
      target: 'species',
      mapping: [
        { name: 'sepal_length', type: 'float' },
        { name: 'sepal_width', type: 'float' },
        { name: 'petal_length', type: 'float' },
        { name: 'petal_width', type: 'float' },
      ],
    },
  },
});
