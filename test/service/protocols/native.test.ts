import { startTestService, type TestService } from '../../support/service';

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let service: TestService;
const get = (url: string) => service.server.inject(url);
const post = (url: string) => service.server.inject({ method: 'POST', url });

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

describe('health', () => {
  it('/healthz is ok', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' });
  });

  it('/readyz tells the revision of each model', async () => {
    expect((await get('/readyz')).json()).toEqual({ status: 'ready', models: { iris: { revision: 1 } } });
  });

  it.each(['/healthz', '/readyz'])('%s has a HEAD', async (url) => {
    expect((await service.server.inject({ method: 'HEAD', url })).statusCode).toBe(200);
  });

  it('/readyz is 503 while the service starts, and while it drains, but /healthz is not', async () => {
    // GIVEN
    const starting = await startTestService({ trained: false });

    // WHEN
    const before = await starting.server.inject('/readyz');
    starting.context.lifecycle.drain();
    const draining = await starting.server.inject('/readyz');
    const alive = await starting.server.inject('/healthz');
    await starting.stop();

    // THEN
    expect([before.statusCode, before.json(), before.headers['retry-after']]).toEqual([
      503,
      { status: 'starting' },
      '1',
    ]);
    expect([draining.statusCode, draining.json(), draining.headers.connection]).toEqual([
      503,
      { status: 'draining' },
      'close',
    ]);
    expect(alive.statusCode).toBe(200);
  });

  it('/readyz is 503 when the spool is full, as predictions are', async () => {
    // GIVEN a spool that takes one prediction
    const full = await startTestService({ config: { log: { spoolMaxBytes: 1024 } } });
    await full.cutDatabase();
    const predict = () =>
      full.server.inject({ method: 'POST', url: '/invocations', payload: { instances: [[1, 2, 3, 4]] } });

    // WHEN
    let answer = await predict();
    for (let i = 0; i < 20 && answer.statusCode === 200; i += 1) answer = await predict();
    const ready = await full.server.inject('/readyz');
    await full.stop();

    // THEN
    expect([answer.statusCode, answer.json().message]).toEqual([503, expect.stringContaining('log is full')]);
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'spool full' }]);
  });

  it('/readyz does not mind a lost database', async () => {
    // GIVEN
    const cut = await startTestService();

    // WHEN
    await cut.cutDatabase();
    const response = await cut.server.inject('/readyz');
    await cut.stop();

    // THEN
    expect(response.statusCode).toBe(200);
  });
});

it('/metrics counts predictions by model, version, revision and protocol', async () => {
  await service.server.inject({ method: 'POST', url: '/invocations', payload: { instances: [[1, 2, 3, 4]] } });
  const response = await get('/metrics');

  const labels = '{model="iris",version="1.0.0",revision="1",protocol="invocations"}';
  expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(response.body.split('\n')).toEqual(
    expect.arrayContaining([`modelapp_predictions_total${labels} 1`, `modelapp_prediction_seconds_count${labels} 1`]),
  );
});

describe('revisions', () => {
  it('are listed with their scores, oldest first', async () => {
    const response = await get('/models/iris/revisions');
    expect(response.json()).toEqual({
      active: 1,
      revisions: [
        {
          revision: 1,
          created_at: expect.stringMatching(isoTime),
          origin: 'train',
          scores: { train: expect.any(Number), test: expect.any(Number) },
          rolled_back: false,
        },
      ],
    });
  });

  it('are none before the first training', async () => {
    const untrained = await startTestService({ trained: false });
    const response = await untrained.server.inject('/models/iris/revisions');
    await untrained.stop();
    expect(response.json()).toEqual({ active: null, revisions: [] });
  });

  it('are activated, rolled back and deleted, each answered with the list', async () => {
    // GIVEN
    const own = await startTestService();
    await own.train('iris');
    const send = async (method: 'POST' | 'DELETE', url: string) => {
      const response = await own.server.inject({ method, url });
      const { active, revisions = [] } = response.json();
      return [response.statusCode, active, revisions.map(({ revision }: { revision: number }) => revision)];
    };

    // WHEN
    const answers = {
      activated: await send('POST', '/models/iris/revisions/1/activate'),
      deletedActive: await send('DELETE', '/models/iris/revisions/1'),
      rolledBack: await send('POST', '/models/iris/rollback'),
      rolledBackAgain: await send('POST', '/models/iris/rollback'),
      deleted: await send('DELETE', '/models/iris/revisions/1'),
      deletedAgain: await send('DELETE', '/models/iris/revisions/1'),
    };
    await own.stop();

    // THEN
    expect(answers).toEqual({
      activated: [200, 1, [1, 2]],
      deletedActive: [409, undefined, []],
      rolledBack: [200, 2, [1, 2]],
      rolledBackAgain: [409, undefined, []],
      deleted: [200, 2, [2]],
      deletedAgain: [404, undefined, []],
    });
  });

  it.each(['/models/rose/rollback', '/models/iris/revisions/9/activate', '/models/iris/revisions/1e0/activate'])(
    '%s is unknown',
    async (url) => {
      const response = await post(url);
      expect([response.statusCode, Object.keys(response.json())]).toEqual([404, ['error']]);
    },
  );

  it('are 503 without a database', async () => {
    const cut = await startTestService();
    await cut.cutDatabase();
    const response = await cut.server.inject('/models/iris/revisions');
    await cut.stop();
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
  });
});

describe('jobs', () => {
  const waiting = {
    job_id: expect.any(String),
    model: 'iris',
    kind: 'fit',
    status: 'queued',
    created_at: expect.stringMatching(isoTime),
    finished_at: null,
    kept: null,
    revision: null,
    activated: null,
    scores: null,
    reason: null,
    error: null,
  };

  it('are found by their id and in the list, the newest first', async () => {
    await post('/fit');
    const { job_id } = (await post('/fit')).json();

    expect((await get(`/jobs/${job_id}`)).json()).toEqual({ ...waiting, job_id });
    expect((await get('/jobs')).json()[0]).toEqual({ ...waiting, job_id });
  });

  it('are cancelled once; one that has ended stays as it is', async () => {
    const { job_id } = (await post('/fit')).json();
    const first = (await post(`/jobs/${job_id}/cancel`)).json();
    const second = (await post(`/jobs/${job_id}/cancel`)).json();

    expect(first).toEqual({ ...waiting, job_id, status: 'cancelled', finished_at: expect.stringMatching(isoTime) });
    expect(second).toEqual(first);
  });

  it.each(['/jobs/00000000-0000-4000-8000-000000000000', '/jobs/x'])('%s is unknown', async (url) => {
    expect((await get(url)).statusCode).toBe(404);
    expect((await post(`${url}/cancel`)).statusCode).toBe(404);
  });
});
