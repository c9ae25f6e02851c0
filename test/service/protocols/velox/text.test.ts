import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { ConfigInput } from '../../../../config/schema';
import shippedConfig from '../../../../modelapp.config';
import { openModelStore } from '../../../../service/models/store/open-model-store';
import { OnlineUpdater } from '../../../../service/observations/learning/online-updater';
import { startVelox, type VeloxService } from './velox-service';

const parcel = 'Where is my parcel?';
const charged = 'I was charged twice for one order';

describe('A text model', () => {
  let service: VeloxService;
  let updater: OnlineUpdater;

  beforeAll(async () => {
    const messages = {
      algorithm: 'naive',
      mode: 'user-item',
      source: { csv: 'examples/text/messages.csv' },
      target: 'topic',
      mapping: [
        { name: 'user', type: 'str' },
        { name: 'item', type: 'str', aliases: ['message'] },
      ],
      onlineUpdateDelayInMillis: 20,
    } as const;
    const models: ConfigInput['models'] = { messages, iris: shippedConfig.models.iris! };
    service = await startVelox({ models });
    await service.train('messages');
    const { context, dataDirectory } = service;
    updater = new OnlineUpdater({
      pool: context.database,
      version: context.version,
      store: openModelStore(`${dataDirectory}/models`),
      models: context.config.models,
      directory: resolve('.'),
      logger: pino({ level: 'silent' }),
    });
  });
  afterAll(async () => {
    await updater.stop();
    await service.stop();
  });

  const score = async (uid: number, context: string) => (await service.post('/predict/messages', { uid, context }))[1];
  const featuresOf = (text: string): Float64Array => {
    const model = service.context.models.get('messages')?.active?.model;
    if (model?.kind !== 'user-item') throw new Error('it is no user-item model');
    return model.featuresOf(text);
  };

  it('knows the probabilities of the classes of any text', () => {
    const features = featuresOf(parcel);

    // account, delivery, payment, return
    expect(features).toHaveLength(4);
    expect(features[1]).toBeGreaterThan(0.5);
    expect(features.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 12);
  });

  it('scores a text by their sum, 1, for a user of whom nothing is known', async () => {
    expect(await score(1, parcel)).toBeCloseTo(1, 12);
    expect(await score(1, 'words that no message had')).toBeCloseTo(1, 12);
  });

  it('learns from an observation which classes a user likes, by ridge regression', async () => {
    // WHEN user 7 likes a message
    expect(await service.post('/observe/messages', { uid: 7, context: parcel, score: 5 })).toEqual([
      200,
      'Successfully added observation',
    ]);
    updater.start();
    while (Math.abs(((await score(7, parcel)) as number) - 1) < 1e-9) await sleep(20);

    // THEN the weights are f·5 / (|f|² + 4), as λ is 1 and there are 4 features
    const [liked, other] = [featuresOf(parcel), featuresOf(charged)];
    const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const factor = 5 / (product(liked, liked) + 4);
    expect(await score(7, parcel)).toBeCloseTo(factor * product(liked, liked), 9);
    expect(await score(7, charged)).toBeCloseTo(factor * product(liked, other), 9);

    // AND texts are ranked by them
    const context = [charged, parcel];
    expect(await service.post('/predict_top_k/messages', { uid: 7, k: 1, context })).toEqual([200, [parcel]]);
  });

  it('loads what it saved, an empty text too', async () => {
    await service.post('/observe/messages', { uid: 8, context: '', score: 2 });
    expect(await service.post('/saveobservations/messages', { loc: 'texts' })).toEqual([200, 'success']);
    expect(await service.post('/loadobservations/messages', { loc: 'texts' })).toEqual([200, 'success']);
  });

  it.each(['a\0b', 'a\ud800'])('refuses to observe the text %j, which the database would change', async (context) => {
    expect(await service.post('/observe/messages', { uid: 8, context, score: 2 })).toEqual([
      400,
      { error: 'context: holds U+0000 or half of a surrogate pair', field: 'context' },
    ]);
  });
});
