import { UUID, uuidv7 } from 'uuidv7';
import { startTestService, type TestService } from '../../../support/service';

const day = 24 * 60 * 60 * 1000;

let service: TestService;

const report = (payload: object) => service.server.inject({ method: 'POST', url: '/feedback', payload });

/** The id of a prediction made some milliseconds ago. */
const madeAgo = (milliseconds: number) => UUID.fromFieldsV7(Date.now() - milliseconds, 0, 0, 0).toString();

async function stored(predictionId: string): Promise<unknown[]> {
  const { rows } = await service.database.pool.query(
    'select sample, name, outcome from feedback where prediction_id = $1 order by 1, 2',
    [predictionId],
  );
  return rows;
}

beforeAll(async () => {
  service = await startTestService({ trained: false });
});
afterAll(() => service.stop());

describe('feedback', () => {
  it('is stored the first time and replaced from then on', async () => {
    const predictionId = uuidv7();
    const answers = [];
    for (const outcome of [1, 1, 0.5]) answers.push(await report({ predictionId, outcome }));

    expect(answers.map((answer) => [answer.statusCode, answer.json()])).toEqual([
      [201, { status: 'stored' }],
      [200, { status: 'replaced' }],
      [200, { status: 'replaced' }],
    ]);
    expect(await stored(predictionId)).toEqual([{ sample: 0, name: 'outcome', outcome: 0.5 }]);
  });

  it('is kept apart by sample and by name', async () => {
    const predictionId = uuidv7();
    await report({ predictionId, outcome: 1, sample: 1 });
    await report({ predictionId, outcome: false, name: 'clicked' });

    expect(await stored(predictionId)).toEqual([
      { sample: 0, name: 'clicked', outcome: false },
      { sample: 1, name: 'outcome', outcome: 1 },
    ]);
  });

  it('takes the id in capitals as the same', async () => {
    const predictionId = uuidv7();
    await report({ predictionId, outcome: 1 });
    expect((await report({ predictionId: predictionId.toUpperCase(), outcome: 2 })).statusCode).toBe(200);
  });

  it.each([
    ['30 days less a minute', 30 * day - 60_000],
    ['4 minutes ahead of our clock', -4 * 60_000],
  ])('is taken for a prediction %s old', async (_name, age) => {
    expect((await report({ predictionId: madeAgo(age), outcome: 1 })).statusCode).toBe(201);
  });

  it.each([
    ['older than 30 days', 30 * day + 60_000, 'predictionId: the prediction is older than 30 days'],
    ['6 minutes ahead of our clock', -6 * 60_000, 'predictionId: the prediction lies in the future'],
  ])('is 400 for a prediction %s, and nothing changes', async (_name, age, error) => {
    const predictionId = madeAgo(age);
    const response = await report({ predictionId, outcome: 1 });

    expect([response.statusCode, response.json()]).toEqual([400, { error, field: 'predictionId' }]);
    expect(await stored(predictionId)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no id', { outcome: 1 }, 'predictionId'],
    ['an id that is no UUID', { predictionId: 'x', outcome: 1 }, 'predictionId'],
    ['a random UUID', { predictionId: 'a7b1e2c4-0000-4000-8000-000000000000', outcome: 1 }, 'predictionId'],
    ['no outcome', { predictionId: uuidv7() }, 'outcome'],
    ['a number as text', { predictionId: uuidv7(), outcome: '1' }, 'outcome'],
    ['null', { predictionId: uuidv7(), outcome: null }, 'outcome'],
    ['a name in capitals', { predictionId: uuidv7(), outcome: 1, name: 'Click' }, 'name'],
    ['a name of 65 characters', { predictionId: uuidv7(), outcome: 1, name: 'a'.repeat(65) }, 'name'],
    ['a sample below 0', { predictionId: uuidv7(), outcome: 1, sample: -1 }, 'sample'],
    ['a fraction of a sample', { predictionId: uuidv7(), outcome: 1, sample: 0.5 }, 'sample'],
  ])('is 400 with %s, which the answer names', async (_name, body, field) => {
    const response = await report(body);
    expect([response.statusCode, response.json()]).toEqual([400, { error: expect.stringContaining(field), field }]);
  });

  it('is 400 for an infinite outcome', async () => {
    const payload = `{"predictionId":"${uuidv7()}","outcome":1e999}`;
    const headers = { 'content-type': 'application/json' };
    const response = await service.server.inject({ method: 'POST', url: '/feedback', payload, headers });
    expect([response.statusCode, response.json().field]).toEqual([400, 'outcome']);
  });
});

describe('the kind of a name', () => {
  it('is that of its first outcome', async () => {
    const predictionId = uuidv7();
    await report({ predictionId, outcome: true, name: 'bought' });
    const response = await report({ predictionId, outcome: 1, name: 'bought' });

    expect([response.statusCode, response.json()]).toEqual([
      400,
      { error: 'outcome: must be a boolean, as the first one of this name was', field: 'outcome' },
    ]);
    expect(await stored(predictionId)).toEqual([{ sample: 0, name: 'bought', outcome: true }]);
  });

  it('is one, also when the first outcomes come at once', async () => {
    const outcomes = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? i : true));
    const answers = await Promise.all(
      outcomes.map((outcome) => report({ predictionId: uuidv7(), outcome, name: 'raced' })),
    );

    const { rows } = await service.database.pool.query(
      `select jsonb_typeof(outcome) as kind, count(*)::int as count from feedback where name = 'raced' group by 1`,
    );
    const taken = answers.filter(({ statusCode }) => statusCode === 201);
    expect(rows).toEqual([{ kind: expect.stringMatching(/^(number|boolean)$/), count: 20 }]);
    expect(taken).toHaveLength(20);
  });
});

it('feedback without a database is 503', async () => {
  // GIVEN
  const cut = await startTestService({ trained: false });
  await cut.cutDatabase();

  // WHEN
  const payload = { predictionId: uuidv7(), outcome: 1 };
  const response = await cut.server.inject({ method: 'POST', url: '/feedback', payload });
  await cut.stop();

  // THEN
  expect([response.statusCode, response.headers['retry-after'], response.json()]).toEqual([
    503,
    '1',
    { error: 'the database does not answer at the moment' },
  ]);
});
