import { startTestService, type TestService } from '../../../support/service';
import { inputs, request } from './requests';

let service: TestService;

const run = (payload: object, headers: Record<string, string> = {}, { server } = service) =>
  server.inject({ method: 'POST', url: '/run/', payload, headers });

const get = (url: string) => service.server.inject(url);

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

describe('recorded predictions', () => {
  it('show the output of a request at once, its time as an HTTP date', async () => {
    const sent = request();
    const { prediction_id, output, revision } = (await run(sent)).json();

    const response = await get(`/output/${sent.id}/`);

    expect(response.json()).toEqual([
      {
        run_id: expect.any(Number),
        id: sent.id,
        finished_at: expect.stringMatching(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/),
        output,
        code_version: '0.1.0',
        prediction_id,
        revision,
      },
    ]);
  });

  it('show the inputs of a request by their canonical names', async () => {
    const { petal_width, ...others } = inputs;
    const sent = request({ id: 4711, inputs: { ...others, pental_width: String(petal_width), other: 1 } });
    const { prediction_id } = (await run(sent)).json();

    const response = await get('/inputs/4711');

    expect(response.json()).toEqual([
      {
        run_id: expect.any(Number),
        id: '4711',
        request_time: 'Sun, 01 Jan 2017 00:00:00 GMT',
        inputs,
        prediction_id,
        revision: 1,
      },
    ]);
  });

  it('are listed in the order of their run ids', async () => {
    const { id } = request();
    for (const second of ['03', '01', '02']) await run(request({ id, request_time: `2017-01-01 00:00:${second}` }));

    const rows: { run_id: number; request_time: string }[] = (await get(`/inputs/${id}/`)).json();

    expect(rows.map(({ request_time }) => request_time.slice(-6, -4))).toEqual(['03', '01', '02']);
    expect(rows.map(({ run_id }) => run_id)).toEqual(rows.map(({ run_id }) => run_id).sort((a, b) => a - b));
  });

  it.each(['/output/nobody/', '/inputs/nobody/', '/output/nobody', '/inputs/nobody%00'])(
    'are an empty list at %s',
    async (url) => {
      const response = await get(url);
      expect([response.statusCode, response.json()]).toEqual([200, []]);
    },
  );

  it.each([
    ['with blanks', 'a b c'],
    ['with a slash', 'a/b'],
    ['with a percent sign', '50%'],
    ['of SQL', "'; drop table inputs_1_0_0; --"],
    ['as long as may be', '漢'.repeat(800)],
  ])('are found by an id %s', async (_kind, id) => {
    await run(request({ id }));
    const response = await get(`/output/${encodeURIComponent(id)}/`);
    expect(response.json()).toMatchObject([{ id }]);
  });

  it('are found by an id that the database cannot hold as it is', async () => {
    await run(request({ id: 'null\0byte' }));
    const response = await get('/output/null%00byte/');
    expect(response.json()).toMatchObject([{ id: 'null\ufffdbyte' }]);
  });

  it('show a repeated request that slipped through', async () => {
    const repeated = request();
    await run(repeated);
    service.context.instance.release(repeated.id, Date.parse('2017-01-01T00:00:00Z') * 1000);
    await run(repeated);

    const response = await get(`/output/${repeated.id}/`);

    expect(response.json()).toHaveLength(2);
  });

  it('tell for whom they were made and whether the client asked for the version', async () => {
    const anonymous = request();
    const pinned = request({ user: 'in the body' });
    await run(anonymous);
    await run(pinned, { 'x-modelapp-user': 'ada', 'x-modelapp-version': '1.0.0' });
    await service.context.instance.ship();

    const { rows } = await service.database.pool.query(
      'select id, unit, assigned from inputs_1_0_0 where id in ($1, $2) order by run_id',
      [anonymous.id, pinned.id],
    );

    expect(rows).toEqual([
      { id: anonymous.id, unit: null, assigned: true },
      { id: pinned.id, unit: 'user:ada', assigned: false },
    ]);
  });
});

describe('the user of a request', () => {
  const cases: [string, string, Record<string, string>, object, string | null][] = [
    ['the header before all others', '/run/?user=query', { 'x-modelapp-user': 'header' }, { uid: 1 }, 'user:header'],
    ['the query before the body', '/run/?user=query', {}, { uid: 1, user: 'body' }, 'user:query'],
    ['the field uid before user', '/run/', {}, { uid: 1, user: 'body' }, 'user:1'],
    ['the field user', '/run/', {}, { user: 'body' }, 'user:body'],
    ['nobody for a user that is no name', '/run/?user=', {}, { uid: null, user: { name: 'ada' } }, null],
  ];

  it.each(cases)('is %s', async (_rule, url, headers, fields, unit) => {
    const payload = request(fields as Record<string, unknown>);
    await service.server.inject({ method: 'POST', url, headers, payload });
    await service.context.instance.ship();

    const { rows } = await service.database.pool.query('select unit from inputs_1_0_0 where id = $1', [payload.id]);

    expect(rows).toEqual([{ unit }]);
  });
});

describe('while the database is away', () => {
  let lonely: TestService;
  beforeAll(async () => {
    lonely = await startTestService();
    await lonely.cutDatabase();
  });
  afterAll(() => lonely.stop());

  it('predictions are answered', async () => {
    expect((await run(request(), {}, lonely)).statusCode).toBe(200);
  });

  it.each(['/output/1/', '/inputs/1/'])('%s is 503 and may be tried again', async (url) => {
    const response = await lonely.server.inject(url);
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('1');
    expect(response.json()).toEqual({ error: 'the database does not answer at the moment' });
  });
});
