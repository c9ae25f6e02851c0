import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { Command } from '../support/command';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { writeProject } from '../support/project';
import { until } from '../support/wait';

// Generous, as for all tests: it starts the product.
jest.setTimeout(300_000);

describe('A recommender whose users learn once an hour, in two processes', () => {
  let place: Place;
  let database: TestDatabase;
  let product: Product;
  let config: string;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    config = writeProject(place, {
      models: {
        movies: {
          algorithm: 'als',
          source: { observations: true },
          hyperparameters: { rank: 2 },
          onlineUpdateDelayInMillis: 3_600_000,
        },
      },
    });
    const port = await stablePort();
    product = await startProduct({ place, port, config, database: database.url });
    await importItems(1);
    await importItems(2);
    await post('/observe/movies', { uid: 7, context: 5, score: 6 });
  });
  afterAll(async () => {
    await product?.stop();
    await place.remove();
    await database.drop();
  });

  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${product.url}${path}`, {
      method: 'POST',
      // A connection each, so that all processes are asked.
      headers: { connection: 'close', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([200, 201]).toContain(response.status);
    return [Number(response.headers.get('x-modelapp-revision')), await response.json()];
  }

  const importItems = (feature: number) =>
    post('/models/movies/revisions', { numFeatures: 2, itemFeatures: { 5: [feature, 0] } });
  const predict = () => post('/predict/movies', { uid: 7, context: 5 }) as Promise<[number, number]>;

  /** For λ k = 2 and the one observation of 6: w = 6 f / (f² + 2). */
  const learnt = (feature: number): number => (6 * feature ** 2) / (feature ** 2 + 2);

  /** All that is answered by a revision, from its first answer to when every process answers by it. */
  async function answersBy(revision: number): Promise<Set<number>> {
    const answers = new Set<number>();
    await until('all processes serve it', async () => {
      const seen = await Promise.all(Array.from({ length: 8 }, predict));
      for (const [by, answer] of seen) if (by === revision) answers.add(answer);
      return seen.every(([by]) => by === revision);
    });
    return answers;
  }

  async function modelapp(...args: string[]): Promise<void> {
    const command = new Command({ place, args: [...args, '--config', config, '--database', database.url] });
    expect((await command.ended).exitCode).toBe(0);
  }

  it('answers by what was observed from the first answer of a revision that a command brings back', async () => {
    await modelapp('models', 'rollback', 'movies', '--data', place.data);
    expect([...(await answersBy(1))]).toEqual([expect.closeTo(learnt(1), 9)]);
  });

  it('answers by what was observed from the first answer of a revision that a command activates', async () => {
    await modelapp('models', 'activate', 'movies', '2', '--data', place.data);
    expect([...(await answersBy(2))]).toEqual([expect.closeTo(learnt(2), 9)]);
  });

  it('answers by what was observed from the first answer of a revision that is imported', async () => {
    await importItems(3);
    expect([...(await answersBy(3))]).toEqual([expect.closeTo(learnt(3), 9)]);
  });
});
