import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { writeProject } from '../support/project';

// Generous, as for all tests: it starts the product.
jest.setTimeout(300_000);

const lines = 120_000;
const users = 40_000;

describe('A recommender into which many observations are loaded', () => {
  let place: Place;
  let database: TestDatabase;
  let product: Product;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    const config = writeProject(place, {
      models: { movies: { algorithm: 'als', source: { observations: true }, hyperparameters: { rank: 4 } } },
    });
    product = await startProduct({ place, port: await stablePort(), config, database: database.url });
    mkdirSync(join(place.data, 'old'));
    const file = Array.from({ length: lines }, (_, n) =>
      JSON.stringify({ user: n % users, item: Math.floor(n / users), score: n % 5 }),
    );
    writeFileSync(join(place.data, 'old', 'ratings.jsonl'), `${file.join('\n')}\n`);
  });
  afterAll(async () => {
    await product?.stop();
    await place.remove();
    await database.drop();
  });

  async function post(path: string, body: unknown) {
    const response = await fetch(`${product.url}${path}`, {
      method: 'POST',
      // A connection each, so that all processes are asked.
      headers: { connection: 'close', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [response.status, await response.json()] as const;
  }

  it('takes observations meanwhile, and has all of both in the end', async () => {
    let isLoaded = false;
    const load = post('/loadobservations/movies', { loc: 'old' }).finally(() => {
      isLoaded = true;
    });
    let observed = 0;
    while (!isLoaded) {
      const [status, answer] = await post('/observe/movies', { uid: users + observed, context: 0, score: 1 });
      // A slow machine may have to ask again.
      if (status === 200) observed += 1;
      else expect([status, answer]).toEqual([503, expect.anything()]);
    }

    expect(await load).toEqual([200, 'success']);
    expect(observed).toBeGreaterThan(1);
    const { rows } = await database.pool.query('select count(*)::int as count from observations_1_0_0');
    expect(rows).toEqual([{ count: lines + observed }]);
  });
});
