import { resolve } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { runCommand } from '../support/command';
import { Place, signal } from '../support/place';
import { type Product, type ProductOptions, stablePort, startProduct } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

const example = (name: string) => resolve(__dirname, '../../../examples/shop', name);

describe('The shop of the examples', () => {
  let place: Place;
  let database: TestDatabase;
  let product: Product;
  let options: ProductOptions;
  /** The prediction ids of all answered queries. */
  const answered: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    const run = (...args: string[]) =>
      runCommand({ place, args: [...args, '--data', place.data, '--database', database.url] });
    expect(await run('app', 'new', 'shop', '--id', '7', '--access-key', 'shop-example')).toMatchObject({ exitCode: 0 });
    const imported = await run('import', '--appid', '7', '--input', example('events.jsonl'));
    expect(imported).toMatchObject({ exitCode: 0 });
    options = {
      place,
      port: await stablePort(),
      eventsPort: await stablePort(),
      database: database.url,
      config: example('modelapp.config.ts'),
    };
    product = await startProduct(options);
  });
  afterAll(async () => {
    await place?.remove();
    await database?.drop();
  });

  async function ask(query: object): Promise<readonly string[]> {
    const response = await fetch(`${product.url}/queries.json`, {
      method: 'POST',
      body: JSON.stringify(query),
      // Another connection each time, so that all processes are asked.
      headers: { connection: 'close' },
    });
    expect(response.status).toBe(200);
    answered.push(response.headers.get('x-prediction-id') as string);
    const { itemScores } = (await response.json()) as { itemScores: { item: string }[] };
    return itemScores.map(({ item }) => item);
  }

  async function send(event: object): Promise<void> {
    const response = await fetch(`${product.eventsUrl}/events.json?accessKey=shop-example`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    expect(response.status).toBe(201);
  }

  const setUnavailable = (items: readonly string[]) =>
    send({ event: '$set', entityType: 'constraint', entityId: 'unavailableItems', properties: { items } });

  /** Every process answers without these items, also those that were asked before. */
  const untilGone = (items: readonly string[], query: object) =>
    until(`${items} are gone`, async () => {
      for (let n = 0; n < 20; n += 1) if ((await ask(query)).some((item) => items.includes(item))) return false;
      return true;
    });

  it('follows its events in every process, one that was killed and started again among them', async () => {
    const best = await ask({ user: 'u1', num: 2 });
    expect(best).toHaveLength(2);

    await setUnavailable(best);
    await untilGone(best, { user: 'u1', num: 10 });

    for (const worker of product.workers().slice(0, 1)) signal(worker, 'SIGKILL');
    await until('both processes are there', () => product.workers().length === 2);
    const bought = (await ask({ user: 'u1', num: 1 }))[0] as string;
    await send({
      event: 'buy',
      entityType: 'user',
      entityId: 'u1',
      targetEntityType: 'item',
      targetEntityId: bought,
    });
    await untilGone([...best, bought], { user: 'u1', num: 10 });
  });

  it('has each answered query once as an event, whatever is killed', async () => {
    await product.killSupervisor();
    await until('nobody is left', () => place.processes().length === 0);
    product = await startProduct(options);
    await ask({ user: 'nobody yet', num: 3 });
    await product.untilShipped();

    const { rows } = await database.pool.query(
      `select e.event_id, p.prediction_id::text from (select * from events where event = 'predict') e
       full join inputs_1_0_0 p on p.prediction_id::text = e.event_id and protocol = 'pio'`,
    );
    const ids = rows.map((row) => (row.event_id === row.prediction_id ? row.event_id : JSON.stringify(row)));
    expect(ids.sort()).toEqual(expect.arrayContaining([...answered].sort()));
    // A process that was killed may have noted an answer that it never gave.
    expect(ids.length - answered.length).toBeLessThanOrEqual(1);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
