import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestService, type TestService } from '../../../support/service';

jest.setTimeout(300_000);

/** Items by the mean of their ratings, best first; what user 99 asks for goes wrong as `k` or the item says. */
const popular = `
  import { defineModel } from '${resolve('config/define')}';

  const odd: readonly (() => unknown)[] = [
    () => { throw new Error('the secret of the model'); },
    () => 'all of them',
    () => [{ item: 1, score: 1 }],
    () => [{ item: '1', score: 'high' }],
    () => [{ item: '1', score: 1 }, { item: '1', score: 1 }],
    () => Array.from({ length: 100 }, (_, i) => ({ item: String(i), score: 1 })),
    () => [{ item: 'no candidate', score: 1 }],
    () => new Promise(() => {}),
    () => { for (;;); },
    () => process.exit(0),
    () => { const all: unknown[] = []; for (;;) all.push(Buffer.alloc(2 ** 20, 1)); },
  ];

  export default defineModel({
    kind: 'user-item',
    train({ rows, targets }) {
      const ratings: Record<string, number[]> = {};
      for (const [i, { item }] of rows.entries()) (ratings[item] ??= []).push(targets[i]!);
      return { data: { ratings } };
    },
    load: ({ ratings }) =>
      new Map(Object.entries(ratings).map(([item, of]) => [item, of.reduce((sum, one) => sum + one) / of.length])),
    predict: (means, rows) => rows.map(({ item }) => means.get(item) ?? 0),
    topK(means, { user, k, candidates = [...means.keys()] }) {
      if (user === '99') return odd[k - 1]!() as never;
      return candidates
        .map((item) => ({ item, score: means.get(item) ?? 0 }))
        .sort((a, b) => b.score - a.score)
        .slice(0, k);
    },
  });
`;

/** The mean ratings are those of the items' numbers: 5, 4, 3, 2, 1. */
const ratings = `user,item,rating\n${[1, 2].flatMap((user) => [1, 2, 3, 4, 5].map((item) => `${user},${item},${6 - item}`)).join('\n')}\n`;

const directory = mkdtempSync(join(tmpdir(), 'modelapp-user-item-'));
let service: TestService;

beforeAll(async () => {
  writeFileSync(join(directory, 'popular.ts'), popular);
  writeFileSync(join(directory, 'scores.ts'), popular.replace(/topK\([\s\S]*\n {4}\},\n/, ''));
  writeFileSync(join(directory, 'ratings.csv'), ratings);
  const model = {
    mode: 'user-item',
    source: { csv: 'ratings.csv' },
    target: 'rating',
    evaluation: { testFraction: 0 },
    process: { timeoutMs: 1_000, memoryMiB: 192 },
  } as const;
  service = await startTestService({
    directory,
    config: {
      models: { popular: { ...model, algorithm: './popular.ts' }, scores: { ...model, algorithm: './scores.ts' } },
    },
  });
});
afterAll(async () => {
  await service.stop();
  rmSync(directory, { recursive: true });
});

async function post(path: string, body: unknown): Promise<readonly [number, unknown]> {
  const { statusCode, payload } = await service.server.inject({ method: 'POST', url: path, payload: body as object });
  return [statusCode, JSON.parse(payload)];
}
const message = (text: string) => expect.objectContaining({ message: text });

describe('A model of users and items of the own making', () => {
  it('scores an item for a user by the protocols of Velox and of the rows', async () => {
    expect(await post('/predict/popular', { uid: 1, context: 2 })).toEqual([200, 4]);
    expect(await post('/invocations', { instances: [{ user: '1', item: '3' }] })).toEqual([200, { predictions: [3] }]);
  });

  it('ranks what Velox names, as it was sent, and all that it knows', async () => {
    expect(await post('/predict_top_k/popular', { uid: 1, k: 3, context: [5, '+2', 4, '+2'] })).toEqual([
      200,
      ['+2', '+2', 4],
    ]);
    expect(await post('/predict_top_k/popular', { uid: 1, k: 2, context: 'all' })).toEqual([200, [1, 2]]);
    expect(await post('/predict_top_k/popular', { uid: 1, k: 0, context: 'all' })).toEqual([200, []]);
  });

  it('answers recommendation queries without what is on the black list', async () => {
    expect(await post('/queries.json', { user: 'ada', num: 2, blackList: ['1', '2', '3'] })).toEqual([
      200,
      {
        itemScores: [
          { item: '4', score: 2 },
          { item: '5', score: 1 },
        ],
      },
    ]);
  });

  it('refuses queries for similar items, and exploration, which only the built-in recommenders know', async () => {
    expect(await post('/queries.json', { items: ['1'], num: 2 })).toEqual([
      400,
      message("items: 'popular' ranks items for users alone; ask with user instead"),
    ]);
    const [status] = await post('/predict_top_k/popular', { uid: 1, k: 1, context: 'all', explore: 1 });
    expect(status).toBe(400);
  });

  it('without topK ranks by predict what is named, and refuses to rank all', async () => {
    expect(await post('/predict_top_k/scores', { uid: 1, k: 2, context: [5, 3, 4] })).toEqual([200, [3, 4]]);
    expect(await post('/predict_top_k/scores', { uid: 1, k: 2, context: 'all' })).toEqual([
      409,
      { error: './scores.ts has no topK, which ranks all items; name items to choose from' },
    ]);
  });

  it.each(
    [
      'throws',
      'answers no list',
      'answers an item that is no text',
      'answers a score that is no number',
      'answers an item twice',
      'answers more than was asked for',
      'answers what is no candidate',
      'never answers',
      'loops',
      'exits',
      'takes all memory',
    ].map((what, i) => [what, i + 1] as const),
  )('fails that request alone when its topK %s', async (_what, k) => {
    const [status, answer] = await post('/predict_top_k/popular', { uid: 99, k, context: [1, 2] });

    expect(status).toBe(500);
    expect(JSON.stringify(answer)).toContain('the model failed');
    expect(await post('/predict/popular', { uid: 1, context: 2 })).toEqual([200, 4]);
  });
});
