import { setTimeout as sleep } from 'node:timers/promises';
import {
  createTestApp,
  startTestEventService,
  type TestApp,
  type TestEventService,
} from '../../../support/event-service';
import { startTestService, type TestService } from '../../../support/service';
import { cosine, shopConfig, shopModel } from './given-shop';

jest.setTimeout(60_000);

let service: TestService;
let events: TestEventService;
let app: TestApp;

beforeAll(async () => {
  service = await startTestService({
    config: { models: { shop: shopConfig }, pio: { app: 'shop', unseenOnly: true } },
    answering: { shop: shopModel },
  });
  events = await startTestEventService({ database: service.database });
  app = await createTestApp(service.database);
  await service.database.pool.query(`update apps set name = 'shop' where id = $1`, [app.id]);
});
afterAll(async () => {
  await events?.stop();
  await service?.stop();
});
/** Each test begins with a shop of which nothing is known. */
beforeEach(async () => {
  await service.database.pool.query('delete from events');
  await untilAnswered({ user: 'ada', num: 2 }, ['apple', 'bread']);
  await untilAnswered({ user: 'newcomer', num: 2 }, ['bread', 'date']);
});

/** Stores an event and resolves to its id. */
async function send(event: object): Promise<string> {
  const { status, json } = await events.send('POST', `/events.json?accessKey=${app.key}`, event);
  expect(status).toBe(201);
  return (json as { eventId: string }).eventId;
}

const remove = (id: string) => events.send('DELETE', `/events/${id}.json?accessKey=${app.key}`);

const set = (entityType: string, entityId: string, properties: object, event = '$set') =>
  send({ event, entityType, entityId, ...(event !== '$delete' && { properties }) });

const did = (user: string, event: string, item: string, eventTime?: string) =>
  send({ event, entityType: 'user', entityId: user, targetEntityType: 'item', targetEntityId: item, eventTime });

interface ItemScore {
  readonly item: string;
  readonly score: number;
}

async function ask(query: object): Promise<readonly ItemScore[]> {
  const response = await service.server.inject({ method: 'POST', url: '/queries.json', payload: query });
  expect(response.statusCode).toBe(200);
  return response.json().itemScores;
}

/** Asks until the answer has these items, or as long as a test may take. */
async function untilAnswered(query: object, items: readonly string[]): Promise<readonly ItemScore[]> {
  for (;;) {
    const scores = await ask(query);
    if (JSON.stringify(scores.map(({ item }) => item)) === JSON.stringify(items)) return scores;
    await sleep(20);
  }
}

const all = { user: 'ada', num: 9 };
const everything = ['apple', 'bread', 'egg', 'cheese', 'date'];

describe('Items that are not to be had', () => {
  it('are left out as soon as the constraint says so, until it says otherwise', async () => {
    await set('constraint', 'unavailableItems', { items: ['apple', 'egg'] });
    await untilAnswered(all, ['bread', 'cheese', 'date']);

    await set('constraint', 'unavailableItems', { items: ['bread'] });
    await untilAnswered(all, ['apple', 'egg', 'cheese', 'date']);

    await set('constraint', 'unavailableItems', { items: [] }, '$unset');
    await untilAnswered(all, everything);
  });

  it('are to be had again when the constraint is deleted, or the event that said so', async () => {
    await set('constraint', 'unavailableItems', { items: ['apple'] });
    await untilAnswered(all, ['bread', 'egg', 'cheese', 'date']);
    await set('constraint', 'unavailableItems', {}, '$delete');
    await untilAnswered(all, everything);

    const id = await set('constraint', 'unavailableItems', { items: ['egg'] });
    await untilAnswered(all, ['apple', 'bread', 'cheese', 'date']);
    await remove(id);
    await untilAnswered(all, everything);
  });

  it('are those of the latest time, in whatever order the events arrive', async () => {
    await set('constraint', 'unavailableItems', { items: ['apple'] });
    await untilAnswered(all, ['bread', 'egg', 'cheese', 'date']);

    const properties = { items: ['egg'] };
    const old = { event: '$set', entityType: 'constraint', entityId: 'unavailableItems', properties };
    await send({ ...old, eventTime: '2001-01-01T00:00:00Z' });
    await set('item', 'date', { categories: ['fruit'] });
    await untilAnswered({ ...all, categories: ['fruit'] }, ['date']);

    expect((await ask(all)).map(({ item }) => item)).toEqual(['bread', 'egg', 'cheese', 'date']);
  });

  it.each([5, 'apple', null, { apple: true }])('are none if the constraint has %j for a list', async (items) => {
    await set('constraint', 'unavailableItems', { items });
    await set('item', 'date', { categories: ['fruit'] });
    await untilAnswered({ ...all, categories: ['fruit'] }, ['date']);
    expect((await ask(all)).map(({ item }) => item)).toEqual(everything);
  });
});

it('Scores are multiplied by the weights of their items, of which the last counts', async () => {
  await set('constraint', 'weightedItems', {
    weights: [
      { items: ['bread', 'egg'], weight: 3 },
      { items: ['egg'], weight: 0.5 },
      { items: 'apple', weight: 9 },
      { items: ['apple'], weight: 'much' },
      null,
    ],
  });

  expect(await untilAnswered(all, ['bread', 'apple', 'egg', 'cheese', 'date'])).toEqual([
    { item: 'bread', score: 1.5 },
    { item: 'apple', score: 1 },
    { item: 'egg', score: 0.125 },
    { item: 'cheese', score: 0 },
    { item: 'date', score: -1 },
  ]);
});

describe('Categories', () => {
  beforeEach(async () => {
    await set('item', 'apple', { categories: ['fruit', 'red'] });
    await set('item', 'date', { categories: ['fruit'], price: 5 });
    await set('item', 'egg', { categories: ['animal'] });
    await untilAnswered({ ...all, categories: ['fruit', 'animal'] }, ['apple', 'egg', 'date']);
  });

  it('of which an item has one let it pass', async () => {
    expect((await ask({ ...all, categories: ['red', 'none'] })).map(({ item }) => item)).toEqual(['apple']);
    expect(await ask({ ...all, categories: [] })).toEqual([]);
  });

  it('hold back what is similar if an item has one to be left out', async () => {
    const similar = { items: ['bread'], num: 9 };
    expect((await ask({ ...similar, categoryBlackList: ['red'] })).map(({ item }) => item)).toEqual(['egg', 'cheese']);
    expect((await ask({ ...similar, categories: ['animal'] })).map(({ item }) => item)).toEqual(['egg']);
  });

  it('go with the lists of items', async () => {
    const query = { ...all, categories: ['fruit'], whiteList: ['apple', 'date', 'egg'], blackList: ['apple'] };
    expect((await ask(query)).map(({ item }) => item)).toEqual(['date']);
  });

  it('are gone when they are unset or the item is deleted', async () => {
    await set('item', 'apple', { categories: null }, '$unset');
    await set('item', 'egg', {}, '$delete');
    await untilAnswered({ ...all, categories: ['fruit', 'red', 'animal'] }, ['date']);
  });
});

describe('What a user has seen', () => {
  it('is left out for this user alone, until the last event that says so is deleted', async () => {
    const first = await did('ada', 'view', 'apple');
    await did('ada', 'rate', 'cheese');
    await untilAnswered(all, ['bread', 'egg', 'cheese', 'date']);
    const second = await did('ada', 'buy', 'apple');
    await did('ada', 'buy', 'date');
    await untilAnswered(all, ['bread', 'egg', 'cheese']);

    await remove(first);
    await remove(second);

    await untilAnswered(all, ['apple', 'bread', 'egg', 'cheese']);
    expect((await ask({ user: 'ben', num: 9 })).map(({ item }) => item)).toHaveLength(5);
  });
});

describe('A user that training did not meet', () => {
  it('gets what is similar to the last 10 viewed items, without these', async () => {
    await did('newcomer', 'view', 'date', '2001-01-01T00:00:00Z');
    for (let n = 0; n < 9; n += 1) await did('newcomer', 'view', 'unknown');
    await did('newcomer', 'view', 'bread');

    const [first] = await untilAnswered({ user: 'newcomer', num: 9 }, ['egg', 'apple', 'cheese']);
    expect(first?.score).toBeCloseTo(cosine('egg', 'bread'), 12);
  });

  it('gets what is bought most if nothing viewed is known, and counts follow deletions', async () => {
    const bought = [await did('a', 'buy', 'cheese'), await did('b', 'buy', 'cheese'), await did('c', 'buy', 'egg')];
    await did('newcomer', 'view', 'unknown');

    const popular = { user: 'newcomer', num: 2 };
    expect(await untilAnswered(popular, ['cheese', 'egg'])).toEqual([
      { item: 'cheese', score: 2 },
      { item: 'egg', score: 1 },
    ]);
    await remove(bought[0]!);
    await remove(bought[1]!);
    await untilAnswered(popular, ['egg', 'apple']);
  });
});

it('An app that is emptied has no rules any more', async () => {
  await set('constraint', 'unavailableItems', { items: ['apple'] });
  await untilAnswered(all, ['bread', 'egg', 'cheese', 'date']);
  await service.database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     select $1, n::text, 'ping', 'user', n::text, '{}', now(), 0, now() from generate_series(1, 2000) n`,
    [app.id],
  );

  await service.database.pool.query('delete from events where app = $1', [app.id]);

  await untilAnswered(all, everything);
});

it('An event counts that was numbered before others and stored after them', async () => {
  // GIVEN a transaction that is open with an event, while others are stored and seen
  const client = await service.database.pool.connect();
  await client.query('begin');
  await client.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     values ($1, 'early', '$set', 'constraint', 'unavailableItems', '{"items": ["apple"]}', now(), 0, now())`,
    [app.id],
  );
  await did('ada', 'view', 'date');
  await untilAnswered(all, ['apple', 'bread', 'egg', 'cheese']);
  await did('ada', 'view', 'cheese');
  await untilAnswered(all, ['apple', 'bread', 'egg']);
  // WHEN
  await client.query('commit');
  client.release();
  // THEN
  await untilAnswered(all, ['bread', 'egg']);
});

it('Metrics tell how far behind the shop is', async () => {
  const metrics = await service.context.metrics.registry.metrics();
  expect(metrics).toMatch(/^modelapp_shop_age_seconds \d/m);
  expect(metrics).toMatch(/^modelapp_shop_history_items \d+$/m);
});
