import { defineConfig } from '../../config/define';

export default defineConfig({
  models: {
    messages: {
      algorithm: 'naive',
      source: { csv: 'messages.csv' },
      target: 'topic',
      mapping: [{ name: 'message', type: 'str' }],
      minScore: 0.8,
    },
  },
  palladium: { services: [{ predictProba: true }] },
});
