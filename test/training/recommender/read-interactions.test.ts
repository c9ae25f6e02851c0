import { resolveConfig } from '../../../config/resolve';
import type { AlsConfig } from '../../../config/schema';
import { readInteractionData } from '../../../training/recommender/read-interactions';
import { givenEventService } from '../../support/event-service';

jest.setTimeout(180_000);

describe('interactions of the event server', () => {
  const given = givenEventService();

  async function send(events: readonly object[]): Promise<void> {
    const whole = events.map((event) => ({
      event: 'rate',
      entityType: 'user',
      targetEntityType: 'item',
      targetEntityId: 'm1',
      eventTime: '2026-01-01T00:00:00Z',
      ...event,
    }));
    const { json } = await given.service.send('POST', `/batch/events.json?accessKey=${given.app.key}`, whole);
    expect((json as { status: number }[]).map(({ status }) => status)).toEqual(events.map(() => 201));
  }

  async function read(mode: AlsConfig['mode']) {
    const interactions = { names: ['rate', 'view'], value: 'rating' };
    const movies = { algorithm: 'als', mode, source: { events: given.app.name, interactions } };
    const config = resolveConfig({ models: { movies } }).models.movies as AlsConfig;
    const notices: string[] = [];
    const places = {
      directory: '.',
      pool: given.service.database.pool,
      onNotice: (line: string) => notices.push(line),
    };
    return { ...(await readInteractionData('movies', config, places)), notices };
  }

  test('are the last rating of each user and item; what has no rating is left out, and told', async () => {
    await send([
      { entityId: 'ada', properties: { rating: 5 }, eventTime: '2026-01-02T00:00:00Z' },
      { entityId: 'ada', properties: { rating: 1 } },
      { entityId: 'bob', properties: { rating: 2 } },
      { entityId: 'eve', event: 'view' },
    ]);

    const { data, rows, notices } = await read('explicit');

    expect(data.users).toEqual(['ada', 'bob']);
    expect([...data.interactions.values]).toEqual([5, 2]);
    expect(rows).toBe(3);
    expect(notices).toEqual([`rate, view events of app '${given.app.name}': 1 left out for want of a rating (rating)`]);
  });

  test('all count once each where values do not', async () => {
    await send([
      { entityId: 'ada', properties: { rating: 5 } },
      { entityId: 'ada' },
      { entityId: 'eve', event: 'view' },
    ]);

    const { data, notices } = await read('implicit');

    expect(data.users).toEqual(['ada', 'eve']);
    expect([...data.interactions.values]).toEqual([1, 1]);
    expect(notices).toEqual([]);
  });

  test('are refused where there are none, or none with a rating', async () => {
    await expect(read('explicit')).rejects.toThrow(/there are none; send them/);

    await send([{ entityId: 'eve', event: 'view' }]);
    await expect(read('explicit')).rejects.toThrow(/none has a rating; interactions\.value names its property/);
  });
});
