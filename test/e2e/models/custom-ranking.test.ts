import { resolve } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { runCommand } from '../support/command';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: it starts the product.
jest.setTimeout(600_000);

const config = resolve('examples/custom-ranking/modelapp.config.ts');

describe('The example of a ranking of the own, in two processes of the built product', () => {
  let place: Place;
  let database: TestDatabase;
  let product: Product;
  let start: () => Promise<Product>;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    const port = await stablePort();
    start = () => startProduct({ place, port, config, database: database.url });
    product = await start();
  });
  afterAll(async () => {
    await product?.stop();
    await place.remove();
    await database.drop();
  });

  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const response = await fetch(`${product.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.json();
  };
  const ranked = async () =>
    (await post('/predict_top_k/neighbours', { uid: 1, k: 200, context: 'all' })) as readonly number[];

  it('answers queries of PredictionIO, without what is on the black list', async () => {
    const query = { user: '1', num: 3 };
    const { itemScores } = (await post('/queries.json', query)) as { itemScores: { item: string }[] };
    expect(itemScores).toHaveLength(3);

    const [best, second, third] = itemScores.map(({ item }) => item);
    const without = await post('/queries.json', { ...query, blackList: [best] });
    expect(without).toMatchObject({ itemScores: [{ item: second }, { item: third }, {}] });
  });

  it('learns from what is observed, in every process, and knows it after a restart', async () => {
    // GIVEN the movie that user 1 would like most
    const [best] = await ranked();

    // WHEN user 1 rates it
    expect(await post('/observe/neighbours', { uid: 1, context: best, score: 1 })).toBe(
      'Successfully added observation',
    );

    // THEN no process recommends it any more, each of whom answers some of many requests
    await until('all processes know it', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, ranked));
      return answers.every((items) => !items.includes(best as number));
    });

    // AND none does once the product was stopped and started
    await product.stop();
    product = await start();
    expect(await ranked()).not.toContain(best);
  });

  it('is evaluated by the command', async () => {
    const { stdout, exitCode } = await runCommand({
      place,
      args: [
        'evaluate',
        'neighbours',
        '--folds',
        '3',
        '--config',
        config,
        '--data',
        place.data,
        '--database',
        database.url,
      ],
    });

    expect(stdout).toMatch(/^neighbours: 3 folds of \d+ rows\nrmse: 0\.\d{6}\nmae: 0\.\d{6}\n$/);
    expect(exitCode).toBe(0);
  });
});
