import { createTestApp } from '../../../support/event-service';
import { startTestService } from '../../../support/service';
import { shopConfig, shopModel } from './given-shop';

jest.setTimeout(60_000);

it('A shop is answered from memory while the database is away', async () => {
  // GIVEN
  const service = await startTestService({
    config: { models: { shop: shopConfig }, pio: { template: 'e-commerce', app: 'shop' } },
    answering: { shop: shopModel },
  });
  const items = async () => {
    const response = await service.server.inject({
      method: 'POST',
      url: '/queries.json',
      payload: { user: 'ada', num: 2 },
    });
    return response.json().itemScores.map(({ item }: { item: string }) => item);
  };
  const app = await createTestApp(service.database);
  await service.database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     values ($1, 'a', '$set', 'constraint', 'unavailableItems', '{"items": ["apple"]}', now(), 0, now())`,
    [app.id],
  );
  expect(await items()).toEqual(['apple', 'bread']);
  // WHEN the app gets the name that is followed
  await service.database.pool.query(`update apps set name = 'shop' where id = $1`, [app.id]);
  while ((await items())[0] === 'apple') await new Promise((resolve) => setTimeout(resolve, 20));
  await service.cutDatabase();
  // THEN
  const { ageMs } = service.context.shop;
  while (service.context.shop.ageMs < ageMs + 1_000) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await items()).toEqual(['bread', 'egg']);
  await service.stop();
});
