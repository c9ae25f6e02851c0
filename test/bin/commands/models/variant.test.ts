import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelsCommand } from '../../../../bin/commands/models/models';
import { variantCommand } from '../../../../bin/commands/models/variant';
import { trainCommand } from '../../../../bin/commands/training/train';
import { tuneCommand } from '../../../../bin/commands/training/tune';
import { loadModel } from '../../../../learning/load-model';
import { rate } from '../../../../learning/sample/rating-data';
import { Evaluations } from '../../../../service/models/evaluations';
import { readRevision } from '../../../../service/models/load-revision';
import { Registry } from '../../../../service/models/registry';
import { FolderStore } from '../../../../service/models/store/folder-store';
import { createTestDatabase, type TestDatabase, testVersion } from '../../../support/postgres/database';
import { CommandLine } from '../command-line';

let folder: string;
let database: TestDatabase;
let commandLine: CommandLine;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: false });
  commandLine = new CommandLine(database, () => [trainCommand(), modelsCommand(), tuneCommand(), variantCommand()]);
  folder = mkdtempSync(join(tmpdir(), 'variant-'));
  writeFileSync(join(folder, 'VERSION'), '1.0.0\n');
  const ratings = [...rate({ users: 20, items: 15, ratingsPerUser: 6, seed: 1 })];
  const lines = ratings.map(({ user, item, rating }) => `u${user},i${item},${rating}\n`);
  writeFileSync(join(folder, 'ratings.csv'), `user,item,rating\n${lines.join('')}`);
  configure('als');
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  commandLine.remove();
  await database.drop();
});

function configure(algorithm: 'als' | 'naive'): void {
  const model = {
    als: `{ algorithm: 'als', source: { csv: 'ratings.csv' }, hyperparameters: { rank: 2, sweeps: 2 },
      tune: { folds: 2, candidates: [{ rank: 5, lambda: 0.3 }] } }`,
    naive: `{ algorithm: 'naive', source: { csv: 'ratings.csv' }, target: 'user', mapping: [{ name: 'item', type: 'str' }] }`,
  }[algorithm];
  writeFileSync(join(folder, 'modelapp.config.ts'), `export default { models: { movies: ${model} } };`);
}

const run = (...words: string[]) => commandLine.run(...words, '--config', join(folder, 'modelapp.config.ts'));
const best = () => join(folder, 'best.json');
const tune = () => run('tune', 'movies', '--output', best());

/** The hyperparameters that the active revision was trained with. */
async function trainedWith() {
  const store = new FolderStore(join(commandLine.data, 'models'));
  const { models } = await new Registry(database.pool, testVersion, store, { models: {}, directory: '.' }).current([
    'movies',
  ]);
  return loadModel(await readRevision(store, models.get('movies')!.active)).header.hyperparameters;
}

test('train --variant takes the parameters of the file once', async () => {
  await tune();

  expect(await run('train', 'movies', '--variant', best())).toMatchObject({ exitCode: 0 });
  expect(await trainedWith()).toEqual({ rank: 5, lambda: 0.3, sweeps: 2 });

  await run('train', 'movies');
  expect(await trainedWith()).toEqual({ rank: 2, lambda: 0.12, sweeps: 2 });
});

test('show aligns evaluations of different kinds, folds and metrics', async () => {
  // GIVEN tables, which the first command makes
  await run('variant', 'show', 'movies');
  const evaluations = new Evaluations(database.pool, testVersion);
  const sets = [{ parameters: { rank: 3 }, seconds: 1, metrics: { rmse: 0.5, 'ndcg@10': 0.25 } }];
  await evaluations.add({ model: 'movies', kind: 'tune', folds: 10, metric: 'ndcg@10', sets, best: 0 });
  await evaluations.add({ model: 'movies', kind: 'evaluate', folds: 5, metric: 'rmse', sets, best: 0 });

  // WHEN
  const { stdout } = await run('variant', 'show', 'movies');

  // THEN
  const [, last, before] = stdout.split('\n').map((line) => line.slice('  2026-01-01 00:00:00  '.length));
  expect(last).toBe('evaluate  5 folds   rmse 0.500000     rank 3');
  expect(before).toBe('tune      10 folds  ndcg@10 0.250000  rank 3');
});

test('promote lets later trainings take what the last tuning found, until it is reset', async () => {
  await tune();

  const promoted = await run('variant', 'promote', 'movies');

  expect(promoted.exitCode).toBe(0);
  expect(promoted.stdout).toMatch(
    /^movies: trainings take rank 5, lambda 0\.3, promoted \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/,
  );
  expect(promoted.stdout).toMatch(/\n {2}\d{4}-.* {2}tune {2}2 folds {2}rmse \d\.\d{6} {2}rank 5, lambda 0\.3\n$/);
  await run('train', 'movies');
  expect(await trainedWith()).toEqual({ rank: 5, lambda: 0.3, sweeps: 2 });

  expect((await run('variant', 'reset', 'movies')).stdout).toMatch(/^movies: trainings take what is configured\n/);
  await run('train', 'movies');
  expect(await trainedWith()).toEqual({ rank: 2, lambda: 0.12, sweeps: 2 });
});

test('promote takes a file, and the file of one training comes before what was promoted', async () => {
  writeFileSync(best(), '{"algorithms":[{"name":"als","params":{"rank":3}}]}');
  await run('variant', 'promote', 'movies', best());
  const once = join(folder, 'once.json');
  writeFileSync(once, '{"algorithms":[{"name":"als","params":{"rank":4}}]}');

  await run('train', 'movies', '--variant', once);

  expect(await trainedWith()).toMatchObject({ rank: 4 });
  const { stdout } = await run('variant', 'show', 'movies', '--json');
  expect(JSON.parse(stdout)).toEqual({
    model: 'movies',
    parameters: { rank: 3 },
    promoted_at: expect.any(String),
    evaluations: [],
  });
});

test('a model that no longer has the promoted parameters is not trained until they are forgotten', async () => {
  await tune();
  await run('variant', 'promote', 'movies');
  configure('naive');

  const { stderr, exitCode } = await run('train', 'movies');

  expect(stderr).toContain(
    "the parameters of 'movies' do not fit its configuration: parameters.rank: is no parameter of naive; it has lambda; " +
      'to forget them: modelapp variant reset movies',
  );
  expect(exitCode).toBe(2);
});

test.each<[string[], string, number]>([
  [
    ['train', 'movies', '--variant', '/nowhere/best.json'],
    '/nowhere/best.json: there is no such file; modelapp tune writes one',
    3,
  ],
  [
    ['variant', 'promote', 'movies', '/nowhere/best.json'],
    '/nowhere/best.json: there is no such file; modelapp tune writes one',
    3,
  ],
  [
    ['variant', 'promote', 'movies'],
    "no tuning of 'movies' has found parameters yet: modelapp tune movies, or name a file",
    3,
  ],
  [['variant', 'show', 'roses'], "there is no model 'roses'; the configuration has movies", 2],
  [['train', 'ctr.conf', '--variant', 'best.json'], '--variant is of a model of modelapp.config.ts: leave it out', 2],
])('%j is refused: %s', async (words, message, exitCode) => {
  expect(await run(...words)).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode });
});

test('a parameter that the model does not have is a usage error that names file and place', async () => {
  writeFileSync(best(), '{"algorithms":[{"name":"als","params":{"rank":3,"numIterations":20}}]}');

  for (const words of [
    ['train', 'movies', '--variant'],
    ['variant', 'promote', 'movies'],
  ]) {
    expect(await run(...words, best())).toEqual({
      stdout: '',
      stderr: `modelapp: ${best()}: algorithms[0].params.numIterations: is no parameter of als in mode 'explicit'; it has rank, lambda, sweeps\n`,
      exitCode: 2,
    });
  }
});
