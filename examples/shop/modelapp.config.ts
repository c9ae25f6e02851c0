import { defineConfig } from '../../config/define';

export default defineConfig({
  models: {
    shop: {
      algorithm: 'als',
      mode: 'implicit',
      source: { events: 'shop', interactions: { names: ['view', 'buy'] } },
      hyperparameters: { rank: 8 },
    },
  },
  pio: { template: 'e-commerce', app: 'shop', unseenOnly: true, seenEvents: ['buy'], feedback: { enabled: true } },
});
