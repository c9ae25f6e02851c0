import { createTestApp, startTestEventService } from '../../../support/event-service';
import { startTestService } from '../../../support/service';
import { shopConfig, shopModel } from './given-shop';

it('With the feedback loop the event server has each query and its answer', async () => {
  // GIVEN
  const service = await startTestService({
    config: { models: { shop: shopConfig }, pio: { feedback: { enabled: true, app: 'loop' } } },
    answering: { shop: shopModel },
  });
  const app = await createTestApp(service.database);
  await service.database.pool.query(`update apps set name = 'loop' where id = $1`, [app.id]);
  const events = await startTestEventService({ database: service.database });
  // WHEN
  const query = { num: 1, user: 'ada', prId: 'page 7' };
  const { headers } = await service.server.inject({ method: 'POST', url: '/queries.json', payload: query });
  await service.context.instance.ship();
  // THEN
  const predictionId = headers['x-prediction-id'];
  const { text, json } = await events.send('GET', `/events/${predictionId}.json?accessKey=${app.key}`);
  expect(json).toEqual({
    eventId: predictionId,
    event: 'predict',
    entityType: 'pio_pr',
    entityId: predictionId,
    properties: {
      engineInstanceId: 'shop-1',
      query,
      prediction: { itemScores: [{ item: 'apple', score: 1 }] },
    },
    eventTime: expect.stringMatching(/Z$/),
    prId: 'page 7',
    creationTime: expect.stringMatching(/Z$/),
  });
  expect(text).toBe(JSON.stringify(json));
  await events.stop();
  await service.stop();
});
