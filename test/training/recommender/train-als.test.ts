import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelInput } from '../../../config/models/model-input';
import { resolveConfig } from '../../../config/resolve';
import type { AlsConfig } from '../../../config/schema';
import { loadModel } from '../../../learning/load-model';
import type { FactorModel } from '../../../learning/recommender/factor-model';
import { recommend } from '../../../learning/recommender/recommend';
import { rate } from '../../../learning/sample/rating-data';
import { DataError } from '../../../training/data-error';
import { type TrainRequest, trainModel } from '../../../training/train-model';

type AlsInput = Extract<ModelInput, { readonly algorithm: 'als' }>;

const ratings = [...rate({ users: 120, items: 80, ratingsPerUser: 30, seed: 1 })];
const csv = `rating,userId,item\n${ratings.map(({ user, item, rating }) => `${rating},u${user},i${item}\n`).join('')}`;

const input: AlsInput = {
  algorithm: 'als',
  source: { csv: 'ratings.csv' },
  mapping: [
    { name: 'user', type: 'str', aliases: ['userId'] },
    { name: 'item', type: 'str' },
  ],
  hyperparameters: { rank: 8 },
};

const configOf = (changes: Partial<AlsInput> = {}): AlsConfig =>
  resolveConfig({ models: { movies: { ...input, ...changes } } }).models.movies as AlsConfig;

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'als-'));
  writeFileSync(join(directory, 'ratings.csv'), csv);
});

afterAll(() => rmSync(directory, { recursive: true }));

const train = (changes: Partial<AlsInput> = {}, request: Partial<TrainRequest> = {}) =>
  trainModel({
    name: 'movies',
    config: configOf(changes),
    directory,
    createdAt: new Date('2026-05-06T07:08:09.010Z'),
    ...request,
  });

describe('training a recommender from a file of ratings', () => {
  test('gives a model file that tells what it was made of, scored by the negated RMSE', async () => {
    const { bytes, scores, rows, metrics } = await train();

    const { header, model } = loadModel(bytes);
    expect(rows).toBe(ratings.length);
    expect(header).toMatchObject({
      algorithm: 'als',
      classes: null,
      hyperparameters: { rank: 8, lambda: 0.12, sweeps: 15 },
      scores: { train: scores.train, test: -metrics!.rmse! },
      data: { sha256: createHash('sha256').update(csv).digest('hex'), rows: ratings.length },
    });
    expect(model.kind).toBe('user-item');
    // The noise of the ratings is 0.3, their rounding adds 0.14, and their standard deviation is 1.
    expect(scores.test).toBeGreaterThan(-0.65);
    expect(scores.train).toBeGreaterThan(scores.test!);
  });

  test('gives the same bytes every time', async () => {
    const [first, second] = [await train(), await train()];

    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
  });

  test('compares with the active revision on the same test ratings', async () => {
    const rival = await train({ hyperparameters: { rank: 1, sweeps: 1 } });

    const { rivalScore } = await train({}, { rival: rival.bytes });

    expect(rivalScore).toBe(rival.scores.test);
  });

  test('learns from all ratings if none is held out', async () => {
    const { bytes, scores } = await train({ evaluation: { testFraction: 0 } });

    const { catalogue } = loadModel(bytes).model as FactorModel;
    expect(scores.test).toBeNull();
    expect(catalogue.popularity.reduce((sum, count) => sum + count, 0)).toBe(ratings.length);
  });

  test('scores recommendations where values do not count, and needs no column for them', async () => {
    writeFileSync(join(directory, 'seen.csv'), csv.replaceAll(/^[^,]*,/gm, ''));

    const { metrics, scores, bytes } = await train({ source: { csv: 'seen.csv' }, mode: 'implicit' });

    expect(Object.keys(metrics!)).toEqual(['precision@10', 'hr@10', 'ndcg@10', 'map@10']);
    expect(scores.test).toBe(metrics!['ndcg@10']);
    const model = loadModel(bytes).model as FactorModel;
    // 80 items at random would hit about a tenth of a user's test items.
    expect(metrics!['precision@10']).toBeGreaterThan(0.15);
    expect(recommend(model, model.weightsOf('u1')!, 3)).toHaveLength(3);
  });

  test('trains as Velox did, with its defaults', async () => {
    const { bytes } = await train({ mode: 'velox', hyperparameters: {} });

    const { header, model } = loadModel(bytes);
    expect(header.hyperparameters).toEqual({ rank: 50, lambda: 1, sweeps: 5 });
    expect((model as FactorModel).width).toBe(50);
  });

  test.each<[string, string, RegExp, number]>([
    ['no rating', 'user,item\na,b\n', /^bad\.csv:1: there is no column 'rating'/, 5],
    ['a rating that is no number', 'user,item,rating\na,b,good\n', /^bad\.csv:2: rating: 'good' is not a number/, 5],
    ['a user without a name', 'user,item,rating\n,b,3\n', /^bad\.csv:2: user: is empty/, 5],
    ['no rows', 'user,item,rating\n', /has a header but no rows/, 5],
  ])('is refused with %s', async (_, text, message, exitCode) => {
    writeFileSync(join(directory, 'bad.csv'), text);

    const error = await train({ source: { csv: 'bad.csv' } }).catch((thrown) => thrown);

    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(exitCode);
  });

  test('refuses a score whose square is no number, and names whose it is', async () => {
    const lines = 'userId,item,rating\nu1,i1,3\nu2,i7,-1e200\nu2,i8,4\n';
    writeFileSync(join(directory, 'huge.csv'), lines);

    const training = train({ source: { csv: 'huge.csv' }, mode: 'velox', evaluation: { testFraction: 0 } });

    await expect(training).rejects.toThrow(
      new DataError(
        "huge.csv: the score -1e+200 of user 'u2' for item 'i7' is too large to learn from; send another one",
      ),
    );
  });

  test('ends with the reason for which it is aborted', async () => {
    const reason = new Error('enough');

    await expect(train({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
