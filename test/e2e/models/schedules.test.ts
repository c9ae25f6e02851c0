import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { writeProject } from '../support/project';
import { until } from '../support/wait';

// Generous, as for all tests: it starts the product.
jest.setTimeout(300_000);

/** Half a day from now, so that the time comes when the test says so. */
const farOff = `0 ${(new Date().getUTCHours() + 12) % 24} * * *`;

interface Readiness {
  readonly models: { readonly movies: { readonly revision: number } };
}

describe('A recommender with schedules, of which two instances run', () => {
  let places: readonly [Place, Place];
  let database: TestDatabase;
  let products: readonly Product[] = [];
  let start: () => Promise<void>;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    places = [new Place(), new Place()];
    const config = writeProject(places[0], {
      models: {
        movies: {
          algorithm: 'als',
          source: { observations: true },
          hyperparameters: { rank: 2 },
          batchRetrainSchedule: `${farOff} UTC`,
          reload: farOff,
        },
      },
    });
    const ports = [await stablePort(), await stablePort()];
    // Files of revisions are where both find them.
    const environment = { MODELAPP_MODEL_LOCATION: `${places[0].folder}/models` };
    start = async () => {
      const started: Product[] = [];
      for (const [n, place] of places.entries()) {
        const port = ports[n] as number;
        started.push(await startProduct({ place, port, config, database: database.url, processes: 1, environment }));
      }
      products = started;
    };
    await start();
    await post('/models/movies/revisions', { numFeatures: 2, itemFeatures: { 5: [1, 1] } });
    for (const uid of [7, 8, 9]) await post('/observe/movies', { uid, context: uid % 2, score: uid });
  });
  afterAll(async () => {
    await stop();
    for (const place of places) await place.remove();
    await database.drop();
  });

  const stop = async () => {
    for (const product of products) await product.stop();
  };

  async function post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${products[0]?.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  const query = async (sql: string) => (await database.pool.query(sql)).rows;
  const finishedRetrainings = () => query(`select from jobs_1_0_0 where kind = 'retrain' and status = 'finished'`);
  const active = async () => (await query(`select active from models_1_0_0`))[0]?.active;

  it('is retrained and reloaded once for all that passed while none ran', async () => {
    // Given a newest revision that does not serve, and that ten days pass without an instance
    await post('/models/movies/revisions', { numFeatures: 2, itemFeatures: { 5: [2, 2] }, activate: false });
    await stop();
    await query(`update schedules_1_0_0 set fired_at = fired_at - interval '10 days'`);

    // When both start
    await start();

    // Then one retrains
    await until('it is retrained', async () => (await finishedRetrainings()).length > 0);
    await until('the new revision serves', async () => (await active()) === 3);
    await until('both have looked again', async () => {
      const [{ looked }] = await query(
        `select count(*)::int as looked from processes_1_0_0
         where looked_at > (select max(finished_at) from jobs_1_0_0)`,
      );
      return looked === 2;
    });
    expect(await query('select kind, status from jobs_1_0_0')).toEqual([{ kind: 'retrain', status: 'finished' }]);
  });

  it('answers by the revision that the schedule let serve, in both instances', async () => {
    // Given that somebody has gone back to the first
    await post('/models/movies/revisions/1/activate', {});
    await query(`update schedules_1_0_0 set fired_at = fired_at - interval '1 day' where action = 'reload'`);

    await until('both serve the newest', async () => {
      const revisions = await Promise.all(
        products.map(async ({ url }) => {
          const { models } = (await (await fetch(`${url}/readyz`)).json()) as Readiness;
          return models.movies.revision;
        }),
      );
      return revisions.every((revision) => revision === 3);
    });
  });
});
