import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigInput } from '../../../../config/schema';
import shippedConfig from '../../../../modelapp.config';
import { claimJob } from '../../../../service/jobs/running-jobs';
import { Variants } from '../../../../service/models/variants';
import { type Answer, startVelox, type VeloxService } from './velox-service';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let service: VeloxService;

beforeEach(async () => {
  service = await startVelox();
});
afterEach(() => service.stop());

/** Asks for a training, which is done when it waits. */
async function retrained(url: string, method: 'GET' | 'POST' = 'POST'): Promise<Answer> {
  const asked = service.server.inject({ method, url });
  await untilQueued();
  // The answer tells how it ended.
  await service.trainQueued().catch(() => {});
  const { statusCode, payload } = await asked;
  return [statusCode, JSON.parse(payload)];
}

async function untilQueued(): Promise<void> {
  const { pool } = service.database;
  while ((await pool.query(`select from jobs_1_0_0 where status = 'queued'`)).rowCount === 0) await sleep(5);
}

const observations = [
  [1, 10, 4],
  [1, 20, 1],
  [2, 10, 5],
  [3, 20, 2],
] as const;

/** Weights by the equation w = (Σ f fᵀ + λ k I)⁻¹ Σ f s for two features, by the inverse of a matrix of two rows. */
function weightsOf(scored: readonly (readonly [features: readonly number[], score: number])[], ridge: number) {
  let [a, b, d, x, y] = [ridge, 0, ridge, 0, 0];
  for (const [[f = 0, g = 0], score] of scored) {
    a += f * f;
    b += f * g;
    d += g * g;
    x += f * score;
    y += g * score;
  }
  const determinant = a * d - b * b;
  return [(d * x - b * y) / determinant, (a * y - b * x) / determinant] as const;
}

describe('a recommender that learns from observations', () => {
  it('is retrained on all of them, and serves by weights of users that follow from the equation', async () => {
    await service.observe('shop', observations);

    expect(await retrained('/retrain/shop')).toEqual([200, 'Success']);

    const { revisions } = (await service.server.inject('/models/shop/revisions')).json();
    expect(revisions).toEqual([expect.objectContaining({ revision: 1, origin: 'retrain' })]);
    const model = service.context.models.get('shop')?.active?.model;
    if (model?.kind !== 'user-item') throw new Error('no recommender serves');
    const features = (item: number) => [...model.featuresOf(String(item))];
    const ridge = 1 * 2;
    const score = async (uid: number, context: number) => (await service.post('/predict/shop', { uid, context }))[1];
    const expected = ([v, w]: readonly [number, number], item: number) =>
      v * (features(item)[0] as number) + w * (features(item)[1] as number);
    const ofUser1 = weightsOf(
      [
        [features(10), 4],
        [features(20), 1],
      ],
      ridge,
    );
    const average = weightsOf(
      [
        [features(10), 4.5],
        [features(20), 1.5],
      ],
      ridge,
    );
    expect(await score(1, 10)).toBeCloseTo(expected(ofUser1, 10), 9);
    expect(await score(1, 20)).toBeCloseTo(expected(ofUser1, 20), 9);
    expect(await score(99, 10)).toBeCloseTo(expected(average, 10), 9);
    expect(await score(1, 30)).toBe(0);
  });

  it('serves at once with what was observed during the training, for users that it knows and for new ones', async () => {
    await service.observe('shop', observations);
    const asked = service.post('/retrain/shop');
    await untilQueued();
    await service.trainQueued(() =>
      service.observe('shop', [
        [1, 20, 3],
        [8, 10, 2],
      ]),
    );

    expect(await asked).toEqual([200, 'Success']);
    const model = service.context.models.get('shop')?.active?.model;
    if (model?.kind !== 'user-item') throw new Error('no recommender serves');
    const features = (item: number) => [...model.featuresOf(String(item))];
    const known = weightsOf(
      [
        [features(10), 4],
        [features(20), 3],
      ],
      2,
    );
    const fresh = weightsOf([[features(10), 2]], 2);
    expect([...(model.weightsOf('1') ?? [])]).toEqual(known.map((weight) => expect.closeTo(weight, 9)));
    expect([...(model.weightsOf('8') ?? [])]).toEqual(fresh.map((weight) => expect.closeTo(weight, 9)));
    const { rows } = await service.database.pool.query('select user_id from user_weights_1_0_0 order by user_id');
    expect(rows.map(({ user_id }) => user_id)).toEqual(['1', '8']);
  });

  it('lets users learn by the lambda that it was trained with, though another one is configured', async () => {
    await service.observe('shop', observations);
    await new Variants(service.database.pool, service.context.version).promote('shop', { lambda: 5 });
    const asked = service.post('/retrain/shop');
    await untilQueued();
    await service.trainQueued(() => service.observe('shop', [[8, 10, 2]]));

    expect(await asked).toEqual([200, 'Success']);
    const model = service.context.models.get('shop')?.active?.model;
    if (model?.kind !== 'user-item') throw new Error('no recommender serves');
    const expected = weightsOf([[[...model.featuresOf('10')], 2]], 5 * 2);
    expect([...(model.weightsOf('8') ?? [])]).toEqual(expected.map((weight) => expect.closeTo(weight, 9)));
  });

  it('is retrained by GET as well, but not by HEAD', async () => {
    await service.observe('shop', observations);
    const { statusCode, headers } = await service.server.inject({ method: 'HEAD', url: '/retrain/shop' });
    expect([statusCode, headers.allow]).toEqual([405, 'GET, POST']);
    expect(await retrained('/retrain/shop', 'GET')).toEqual([200, 'Success']);
  });

  it('cannot be retrained on nothing', async () => {
    expect(await service.post('/retrain/shop')).toEqual([
      409,
      { error: "nothing has been observed of 'shop' to train it on" },
    ]);
    expect((await service.server.inject('/jobs')).json()).toEqual([]);
  });

  it('is the same model again from the same observations, in whatever order they came', async () => {
    const shas: string[] = [];
    for (const list of [observations, [...observations].reverse()]) {
      await service.database.pool.query('delete from observations_1_0_0');
      await service.observe('shop', list);
      await retrained('/retrain/shop');
      shas.push(String(service.context.models.get('shop')?.active?.header.data.sha256));
    }
    expect(shas[1]).toBe(shas[0]);
  });
});

it('without waiting, the answer is the id of the job', async () => {
  await service.observe('shop', observations);
  const { statusCode, payload } = await service.server.inject({ method: 'POST', url: '/retrain/shop?wait=false' });
  const { job_id } = JSON.parse(payload);
  expect([statusCode, job_id]).toEqual([202, expect.stringMatching(uuid)]);
  expect((await service.server.inject(`/jobs/${job_id}`)).json()).toMatchObject({ kind: 'retrain', status: 'queued' });
});

describe('the lock', () => {
  it('is not acquired while a training waits or goes on, and is free after its end', async () => {
    await service.observe('shop', observations);
    await service.server.inject({ method: 'POST', url: '/retrain/shop?wait=false' });
    expect(await service.post('/retrain/shop')).toEqual([200, 'Failed to acquire lock']);
    await service.trainQueued();
    expect(await retrained('/retrain/shop?wait=true')).toEqual([200, 'Success']);
  });

  it('goes to one of many that ask at once', async () => {
    await service.observe('shop', observations);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => service.server.inject({ method: 'GET', url: '/retrain/shop?wait=false' })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(1);
    expect(answers.filter(({ payload }) => payload === '"Failed to acquire lock"')).toHaveLength(7);
  });

  it('is free once the lease of a dead trainer has run out, whose job is an error then', async () => {
    await service.observe('shop', observations);
    const { job_id } = (await service.server.inject('/retrain/shop?wait=false')).json();
    const { pool } = service.database;
    await claimJob(pool, service.context.version, 1);
    await sleep(5);

    expect(await retrained('/retrain/shop')).toEqual([200, 'Success']);
    expect((await service.server.inject(`/jobs/${job_id}`)).json()).toMatchObject({ status: 'error' });
  });
});

it('what does not pass the gate is not kept, and the answer says why', async () => {
  await service.stop();
  service = await startVelox({
    models: {
      shop: {
        algorithm: 'als',
        source: { observations: true },
        hyperparameters: { rank: 2 },
        evaluation: { testFraction: 0.5 },
        minScore: 0,
      },
      iris: shippedConfig.models.iris as ConfigInput['models'][string],
    },
  });
  await service.observe(
    'shop',
    Array.from({ length: 20 }, (_, n) => [n % 5, n % 4, (n % 3) + 1] as const),
  );

  expect(await retrained('/retrain/shop')).toEqual([
    200,
    expect.stringMatching(/^Not kept: test score -\S+ is below the minimum 0$/),
  ]);
  expect((await service.server.inject('/models/shop/revisions')).json().revisions).toEqual([]);
});

it('a training that fails is a failure that names its job', async () => {
  await service.observe('shop', observations);
  const asked = service.server.inject({ method: 'POST', url: '/retrain/shop' });
  await untilQueued();
  await service.database.pool.query('delete from observations_1_0_0');
  await service.trainQueued().catch(() => {});

  const { statusCode, payload } = await asked;
  const { error, job_id } = JSON.parse(payload);
  expect([statusCode, error]).toEqual([500, `the training failed; GET /jobs/${job_id} tells why`]);
  expect((await service.server.inject(`/jobs/${job_id}`)).json().error).toMatch(/there are none/);
});

it('a training that is cancelled is a conflict', async () => {
  await service.observe('shop', observations);
  const asked = service.post('/retrain/shop');
  await untilQueued();
  const [{ job_id }] = (await service.server.inject('/jobs')).json();
  await service.post(`/jobs/${job_id}/cancel`);
  expect(await asked).toEqual([409, { error: 'the training was cancelled' }]);
});

it('who waits while the instance stops is sent away; the training stays', async () => {
  await service.observe('shop', observations);
  const asked = service.server.inject({ method: 'POST', url: '/retrain/shop' });
  await untilQueued();
  service.context.lifecycle.drain();
  const { statusCode, headers } = await asked;
  expect([statusCode, headers['retry-after']]).toEqual([503, '1']);
  expect((await service.server.inject('/jobs')).json()).toMatchObject([{ status: 'queued' }]);
});

it('a model that learns from a file is retrained on it, a classifier too', async () => {
  expect(await retrained('/retrain/iris')).toEqual([200, 'Success']);
});

it.each([
  ['/retrain/rose', 404],
  ['/retrain/shop?wait=perhaps', 400],
  ['/retrain/shop?wait=true&wait=false', 400],
])('%s is answered %i', async (url, status) => {
  for (const method of ['GET', 'POST'] as const) {
    expect((await service.server.inject({ method, url })).statusCode).toBe(status);
  }
});
