import fc from 'fast-check';
import { startVelox, type VeloxService } from './velox-service';

let service: VeloxService;

const topK = (body: unknown) => service.post('/predict_top_k/movies', body);

beforeAll(async () => {
  service = await startVelox();
  // Of the average user's weights only the first is not 0, so that the first feature is the score.
  await service.importItems({ 10: [3, 1], 20: [1, 1], 30: [2, 9], 40: [2, -9], x: [7, 0] }, [1, 0]);
});
afterAll(() => service.stop());

it('the best come first, as they were sent', async () => {
  expect(await topK({ uid: 1, k: 2, context: [20, '30', '+10'] })).toEqual([200, ['+10', '30']]);
});

it('k may be the text of an integer', async () => {
  expect(await topK({ uid: '1', k: '1', context: [20, 30] })).toEqual([200, [30]]);
});

it('ties are in the order of the request, and what is there twice is ranked twice', async () => {
  expect(await topK({ uid: 1, k: 4, context: [40, 30, 20, 40] })).toEqual([200, [40, 30, 40, 20]]);
});

it.each([
  ['a k of 0', 0, [10], []],
  ['a negative k', -5, [10], []],
  ['no candidates', 3, [], []],
  ['a k above the number of candidates', 9, [20, 10], [10, 20]],
])('%s', async (_name, k, context, expected) => {
  expect(await topK({ uid: 1, k, context })).toEqual([200, expected]);
});

it('all items that the model knows may be ranked; those that are integers come back as such', async () => {
  expect(await topK({ uid: 1, k: 4, context: 'all' })).toEqual([200, ['x', 10, 30, 40]]);
});

it('any list is ranked as sorting by score does, which keeps the order of ties', async () => {
  const scores: Record<number, number> = { 10: 3, 20: 1, 30: 2, 40: 2, 50: 0 };
  const items = fc.array(fc.constantFrom(10, 20, 30, 40, 50), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: -1, max: 35 }), async (context, k) => {
      const sorted = [...context].sort((a, b) => (scores[b] as number) - (scores[a] as number));
      expect(await topK({ uid: 1, k, context })).toEqual([200, sorted.slice(0, Math.max(0, k))]);
    }),
    { numRuns: 30 },
  );
});

describe('exploration', () => {
  /** √(fᵀA⁻¹f) with A = Σ f fᵀ + λk I for two features, λk = 2, by the inverse of a matrix of two rows. */
  function uncertainty([f, g]: readonly [number, number], observed: readonly (readonly [number, number])[]): number {
    const a = 2 + observed.reduce((sum, [x]) => sum + x * x, 0);
    const b = observed.reduce((sum, [x, y]) => sum + x * y, 0);
    const d = 2 + observed.reduce((sum, [, y]) => sum + y * y, 0);
    return Math.sqrt((f * f * d - 2 * f * g * b + g * g * a) / (a * d - b * b));
  }
  const features: Readonly<Record<number, readonly [number, number]>> = {
    10: [3, 1],
    20: [1, 1],
    30: [2, 9],
    40: [2, -9],
  };

  it.each([0, 0.1, 1, 10])('of %d ranks by score and uncertainty', async (explore) => {
    await service.observe('movies', [[5, 40, 1]]);
    // Online updates do not run here: the scores are the average user's, the uncertainty is that of the observation.
    const bound = (item: number) =>
      (features[item] as [number, number])[0] +
      explore * uncertainty(features[item] as [number, number], [features[40] as [number, number]]);
    const context = [20, 10, 30, 40];
    const expected = [...context].sort((x, y) => bound(y) - bound(x));
    expect(await topK({ uid: 5, k: 4, context, explore })).toEqual([200, expected]);
  });

  it('reaches the whole catalogue, and puts what is least known first', async () => {
    expect(await topK({ uid: 6, k: 1, context: 'all', explore: 100 })).toEqual([200, [30]]);
  });

  it.each([-1, '1', null, [1]])('of %j is refused', async (explore) => {
    const [status, answer] = await topK({ uid: 5, k: 1, context: [10], explore });
    expect([status, answer]).toEqual([400, { error: expect.stringMatching('^explore: '), field: 'explore' }]);
  });
});

it('a ranking is one row with the user, k, the candidates and the list', async () => {
  const { headers } = await service.server.inject({
    method: 'POST',
    url: '/predict_top_k/movies',
    payload: { uid: 8, k: 1, context: [20, '+30'] },
  });
  await service.context.instance.ship();
  const { rows } = await service.database.pool.query(
    `select features, output, protocol from inputs_1_0_0 join outputs_1_0_0 using (run_id, protocol)
     where inputs_1_0_0.prediction_id = $1`,
    [headers['x-prediction-id']],
  );
  expect(rows).toEqual([
    { features: { user: '8', k: 1, candidates: ['20', '30'] }, output: '["+30"]', protocol: 'velox' },
  ]);
});

describe('a ranking is refused', () => {
  it.each<[string, unknown, string]>([
    ['without a user', { k: 1, context: [1] }, 'uid'],
    ['without k', { uid: 1, context: [1] }, 'k'],
    ['without candidates', { uid: 1, k: 1 }, 'context'],
    ['with half an item for k', { uid: 1, k: 0.5, context: [1] }, 'k'],
    ['with a word for k', { uid: 1, k: 'two', context: [1] }, 'k'],
    ['with one item for candidates', { uid: 1, k: 1, context: 7 }, 'context'],
    ['with a word for candidates', { uid: 1, k: 1, context: 'some' }, 'context'],
    ['with a word among the candidates', { uid: 1, k: 1, context: [1, 'x'] }, 'context[1]'],
    ['with null among the candidates', { uid: 1, k: 1, context: [null] }, 'context[0]'],
    ['with a fraction among the candidates', { uid: 1, k: 1, context: [1, 2, 2.5] }, 'context[2]'],
  ])('%s', async (_name, body, field) => {
    const [status, answer] = await topK(body);
    expect([status, answer]).toEqual([400, { error: expect.any(String), field }]);
    expect((answer as { error: string }).error.startsWith(`${field}: `)).toBe(true);
  });

  it('for a model that nobody knows, and for one that ranks nothing', async () => {
    const body = { uid: 1, k: 1, context: [1] };
    expect((await service.post('/predict_top_k/rose', body))[0]).toBe(404);
    expect((await service.post('/predict_top_k/iris', body))[0]).toBe(400);
  });
});
