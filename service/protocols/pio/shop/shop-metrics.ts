import { Gauge, type Registry } from 'prom-client';
import type { ShopFollower } from './shop-follower';

/** Tells how well a process follows a shop, and how much of it it remembers. */
export function addShopMetrics(registry: Registry, follower: ShopFollower): void {
  const gauge = (name: string, help: string, aggregator: 'max' | 'sum', read: () => number) =>
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('modelapp_shop_age_seconds', 'Time since the events of the shop were looked at, in seconds.', 'max', () => {
    return follower.ageMs / 1000;
  });
  gauge(
    'modelapp_shop_history_items',
    'Items remembered as seen or viewed, over all users and processes.',
    'sum',
    () => {
      return follower.shop.histories.size;
    },
  );
  gauge('modelapp_shop_forgotten_users', 'Users forgotten to stay within pio.historyLimit.', 'sum', () => {
    return follower.shop.histories.forgotten;
  });
}
