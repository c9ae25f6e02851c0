import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { childrenOf, Place, signal } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { writeProject } from '../support/project';
import { until } from '../support/wait';

// Generous, as for all tests: it starts the product.
jest.setTimeout(300_000);

/** What users of Velox call theirs; it learns from observations alone. */
const model = 'matrixfact';

describe('A recommender that is observed and retrained, in two processes', () => {
  let place: Place;
  let database: TestDatabase;
  let product: Product;
  let restart: () => Promise<Product>;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    const config = writeProject(place, {
      models: {
        [model]: {
          algorithm: 'als',
          source: { observations: true },
          hyperparameters: { rank: 4 },
          onlineUpdateDelayInMillis: 100,
        },
      },
    });
    const port = await stablePort();
    restart = () => startProduct({ place, port, config, database: database.url });
    product = await restart();
  });
  afterAll(async () => {
    await product?.stop();
    await place.remove();
    await database.drop();
  });

  async function call(path: string, body?: unknown) {
    const response = await fetch(`${product.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      // A connection each, so that all processes are asked.
      headers: { connection: 'close', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const revision = Number(response.headers.get('x-modelapp-revision'));
    return { status: response.status, revision, value: await response.json() };
  }
  const observe = (uid: number, context: number, score: number) => call(`/observe/${model}`, { uid, context, score });
  const predict = () => call(`/predict/${model}`, { uid: 3, context: 5 });
  const retrain = async () => {
    const { status, value } = await call(`/retrain/${model}`);
    return [status, value];
  };

  it('answers 0 by revision 0 at first, and cannot be retrained on nothing', async () => {
    expect(await predict()).toEqual({ status: 200, revision: 0, value: 0 });
    expect((await call(`/retrain/${model}`)).status).toBe(409);
  });

  it('is retrained under load without an error, and each answer is that of the revision it names', async () => {
    for (let n = 0; n < 60; n++) expect((await observe(n % 6, n % 10, (n % 5) + 1)).status).toBe(200);
    // Else observations would change what a revision answers.
    const switched = await fetch(`${product.url}/disableonlineupdates/${model}`, { method: 'POST' });
    expect(switched.status).toBe(200);
    const failures: unknown[] = [];
    const answers = new Map<number, Set<number>>();
    let running = true;
    const loops = Array.from({ length: 4 }, async () => {
      while (running) {
        const { status, revision, value } = await predict();
        if (status !== 200) failures.push([status, value]);
        answers.set(revision, (answers.get(revision) ?? new Set()).add(value as number));
      }
    });
    for (let round = 1; round <= 3; round++) {
      expect(await retrain()).toEqual([200, 'Success']);
      // Each revision is of other observations.
      await observe(3, 5, 10 * round);
    }
    await until('all processes serve the newest', async () => {
      const seen = await Promise.all(Array.from({ length: 8 }, predict));
      return seen.every(({ revision }) => revision === 3);
    });
    running = false;
    await Promise.all(loops);

    expect(failures.slice(0, 5)).toEqual([]);
    expect([...answers.keys()].sort()).toEqual([0, 1, 2, 3]);
    expect([...answers].filter(([, values]) => values.size !== 1)).toEqual([]);
    expect(new Set([...answers.values()].flatMap((values) => [...values])).size).toBe(4);
  });

  it('frees the lock of a trainer that is killed, whose job is an error then', async () => {
    const { job_id } = (await call(`/retrain/${model}?wait=false`)).value as { job_id: string };
    await until('a trainer runs', () => childrenOf(product.command.pid, 'train-job').length > 0);
    for (const pid of childrenOf(product.command.pid, 'train-job')) signal(pid, 'SIGKILL');

    await until('the job is over', async () => {
      const { status } = (await call(`/jobs/${job_id}`)).value as { status: string };
      return !['queued', 'running'].includes(status);
    });
    expect((await call(`/jobs/${job_id}`)).value).toMatchObject({ status: 'error', revision: null });
    expect(await retrain()).toEqual([200, 'Success']);
  });

  it('predicts with an observation in every process, and still after a restart', async () => {
    expect((await fetch(`${product.url}/enableonlineupdates/${model}`, { method: 'POST' })).status).toBe(200);
    const before = (await predict()).value;
    await observe(3, 5, 50);
    const settled = async () => {
      const values = (await Promise.all(Array.from({ length: 8 }, predict))).map(({ value }) => value);
      return values.every((value) => value === values[0] && value !== before) ? values[0] : undefined;
    };
    await until('all processes answer the same, new score', async () => (await settled()) !== undefined);
    const learnt = await settled();

    await product.stop();
    product = await restart();
    expect((await predict()).value).toBe(learnt);
  });
});
