import { startTestService, type TestService } from '../../../support/service';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const badRequest = (message: string) => ({
  metadata: { status: 'ERROR', error_code: -1, error_message: message, service_name: 'flowers' },
});

let service: TestService;

const post = (url: string, payload?: string | object, headers: Record<string, string> = {}) =>
  service.server.inject({ method: 'POST', url, headers, ...(payload !== undefined && { payload }) });

/** The options of the job that an answer names, as they are in the database. */
async function optionsOf(answer: { job_id: string }): Promise<unknown> {
  const { rows } = await service.database.pool.query('select options from jobs_1_0_0 where job_id = $1', [
    answer.job_id,
  ]);
  return rows[0]?.options;
}

beforeAll(async () => {
  service = await startTestService({ config: { palladium: { serviceMetadata: { service_name: 'flowers' } } } });
});
afterAll(() => service.stop());

describe('/alive', () => {
  it('tells memory, versions, metadata, jobs and the model, and nothing else', async () => {
    const response = await service.server.inject('/alive');

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      memory_usage: expect.any(Number),
      memory_usage_vms: expect.any(Number),
      palladium_version: '1.2.4.1',
      service_metadata: { service_name: 'flowers' },
      process_metadata: { jobs: expect.any(Object) },
      model: {
        updated: expect.stringMatching(isoTime),
        metadata: {
          version: 1,
          train_timestamp: expect.stringMatching(isoTime),
          score_train: expect.any(Number),
          score_test: expect.any(Number),
        },
      },
    });
  });

  it('counts memory in MiB', async () => {
    const { memory_usage, memory_usage_vms } = (await service.server.inject('/alive')).json();
    const resident = process.memoryUsage.rss() / 1024 ** 2;
    expect(memory_usage).toBeGreaterThan(resident / 2);
    expect(memory_usage).toBeLessThan(resident * 2);
    expect(memory_usage_vms).toBeGreaterThanOrEqual(memory_usage);
  });

  it('shows a job that waits as running', async () => {
    const { job_id } = (await post('/fit')).json();
    const { process_metadata } = (await service.server.inject('/alive')).json();
    expect(process_metadata.jobs[job_id]).toEqual({
      func: 'fit',
      started: expect.stringMatching(isoTime),
      status: 'running',
      info: null,
    });
  });

  it('shows what became of a job that has ended', async () => {
    const ended = async (columns: string) => {
      const { job_id } = (await post('/fit')).json();
      await service.database.pool.query(`update jobs_1_0_0 set ${columns} where job_id = $1`, [job_id]);
      return job_id as string;
    };
    const kept = await ended(`status = 'finished', kept = true, revision = 4`);
    const refused = await ended(`status = 'finished', kept = false, reason = 'score too low'`);
    const failed = await ended(`status = 'error', error = 'no data'`);
    const cancelled = await ended(`status = 'cancelled'`);

    const { jobs } = (await service.server.inject('/alive')).json().process_metadata;

    expect(jobs[kept]).toMatchObject({ status: 'finished', info: 'revision 4' });
    expect(jobs[refused]).toMatchObject({ status: 'finished', info: 'score too low' });
    expect(jobs[failed]).toMatchObject({ status: 'error', info: `failed; GET /jobs/${failed} tells why` });
    expect(jobs[cancelled]).toMatchObject({ status: 'error', info: 'cancelled' });
  });

  it('has a HEAD', async () => {
    const response = await fetch(`${service.url}/alive`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('is 503 if a required name is not loaded', async () => {
    const untrained = await startTestService({
      trained: false,
      config: { palladium: { alive: { required: ['model', 'iris', 'data'] } } },
    });
    try {
      const response = await untrained.server.inject('/alive');
      expect(response.statusCode).toBe(503);
      expect(response.json()).toMatchObject({ model: 'N/A', iris: 'N/A', data: 'N/A' });
    } finally {
      await untrained.stop();
    }
  });

  it('answers while the database is away', async () => {
    const lonely = await startTestService();
    try {
      await lonely.cutDatabase();
      const response = await lonely.server.inject('/alive');
      expect([response.statusCode, response.json().process_metadata]).toEqual([200, { jobs: {} }]);
    } finally {
      await lonely.stop();
    }
  });
});

describe('/list', () => {
  it('tells the revisions and the active one', async () => {
    expect((await service.server.inject('/list')).json()).toEqual({
      models: [
        {
          version: 1,
          train_timestamp: expect.stringMatching(isoTime),
          score_train: expect.any(Number),
          score_test: expect.any(Number),
        },
      ],
      properties: { 'db-version': '0.1.0', 'active-model': '1' },
    });
  });

  it('is empty before the first training', async () => {
    const untrained = await startTestService({ trained: false });
    try {
      const response = await untrained.server.inject('/list');
      expect(response.json()).toEqual({ models: [], properties: { 'db-version': '0.1.0' } });
    } finally {
      await untrained.stop();
    }
  });
});

describe('/fit', () => {
  it('answers the id of a job at once', async () => {
    const response = await post('/fit');
    expect([response.statusCode, response.json()]).toEqual([200, { job_id: expect.stringMatching(uuid) }]);
  });

  const fields = 'persist=0&activate=F&evaluate=True&persist_if_better_than=0.5&better_than_active=t';
  const options = {
    persist: false,
    activate: false,
    evaluate: true,
    persistIfBetterThan: 0.5,
    betterThanActive: true,
  };
  const asJson = { persist: false, activate: 'f', evaluate: 1, persist_if_better_than: '0.5', better_than_active: 'T' };

  it('takes its options from a form', async () => {
    expect(await optionsOf((await post('/fit', fields, form)).json())).toEqual(options);
  });

  it('takes its options from a JSON object', async () => {
    expect(await optionsOf((await post('/fit', asJson)).json())).toEqual(options);
  });

  it('takes its options from the query', async () => {
    expect(await optionsOf((await post(`/fit?${fields}`)).json())).toEqual(options);
  });

  it('asks for nothing that it is not told', async () => {
    expect(await optionsOf((await post('/fit', {})).json())).toEqual({});
  });

  it.each([
    ['persist=yes', 'persist: must be 1, t or true, or 0, f or false'],
    ['persist=', 'persist: must be 1, t or true, or 0, f or false'],
    ['persist_if_better_than=high', 'persist_if_better_than: "high" is not a number'],
    ['persist_if_better_than=nan', 'persist_if_better_than: "nan" is not a number'],
  ])('is 400 for %s', async (query, fault) => {
    const response = await post(`/fit?${query}`);
    expect([response.statusCode, response.json()]).toEqual([400, badRequest(`BadRequest: ${fault}`)]);
  });

  it('is 400 for a list', async () => {
    const response = await post('/fit', []);
    expect([response.statusCode, response.json()]).toEqual([400, badRequest('BadRequest: the body must be an object')]);
  });

  it('is 400 for a threshold without test data to check it', async () => {
    const [name, iris] = Object.entries(service.context.config.models)[0] as [string, object];
    const models = { [name]: { ...iris, minScore: undefined, evaluation: { testFraction: 0 } } };
    const untested = await startTestService({ trained: false, config: { models: models as never } });
    try {
      const response = await untested.server.inject({ method: 'POST', url: '/fit?persist_if_better_than=0.5' });
      expect(response.statusCode).toBe(400);
      expect(response.json().metadata.error_message).toContain('models.iris.evaluation.testFraction');
    } finally {
      await untested.stop();
    }
  });

  it('by GET is 405 and trains nothing', async () => {
    const response = await service.server.inject('/fit');
    expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('/activate', () => {
  it('lets another revision serve and answers the list', async () => {
    await service.train('iris');

    const response = await post('/activate', 'model_version=1', form);

    expect(response.statusCode).toBe(200);
    expect(response.json().properties['active-model']).toBe('1');
    expect(response.json().models.map(({ version }: { version: number }) => version)).toEqual([1, 2]);
  });

  it.each(['99', '-1', '3000000000'])('is 404 for the unknown revision %s', async (revision) => {
    const response = await post(`/activate?model_version=${revision}`);
    expect([response.statusCode, response.json()]).toEqual([
      404,
      {
        metadata: {
          status: 'ERROR',
          error_code: -1,
          error_message: `the model 'iris' has no revision ${revision}`,
          service_name: 'flowers',
        },
      },
    ]);
  });

  it.each([
    ['/activate', 'is required'],
    ['/activate?model_version=first', '"first" is not a whole number'],
  ])('is 400 at %s', async (url, fault) => {
    const response = await post(url);
    expect([response.statusCode, response.json()]).toEqual([400, badRequest(`BadRequest: model_version: ${fault}`)]);
  });
});

it('/update-model-cache answers the id of a job', async () => {
  const response = await post('/update-model-cache');
  expect([response.statusCode, response.json()]).toEqual([200, { job_id: expect.stringMatching(uuid) }]);
});

it.each([
  ['GET', '/list'],
  ['POST', '/fit'],
  ['POST', '/activate?model_version=1'],
  ['POST', '/update-model-cache'],
] as const)('%s %s is 503 while the database is away', async (method, url) => {
  const lonely = await startTestService({ trained: false });
  try {
    await lonely.cutDatabase();
    const response = await lonely.server.inject({ method, url });
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
    expect(response.json().metadata.status).toBe('ERROR');
  } finally {
    await lonely.stop();
  }
});
