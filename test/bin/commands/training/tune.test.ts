import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateCommand } from '../../../../bin/commands/training/evaluate';
import { tuneCommand } from '../../../../bin/commands/training/tune';
import { rate } from '../../../../learning/sample/rating-data';
import { Evaluations } from '../../../../service/models/evaluations';
import { createTestDatabase, type TestDatabase, testVersion } from '../../../support/postgres/database';
import { CommandLine } from '../command-line';

let folder: string;
let database: TestDatabase;
let commandLine: CommandLine;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  commandLine = new CommandLine(database, () => [tuneCommand(), evaluateCommand()]);
  folder = mkdtempSync(join(tmpdir(), 'tune-'));
  writeFileSync(join(folder, 'VERSION'), '1.0.0\n');
  const ratings = [...rate({ users: 20, items: 15, ratingsPerUser: 6, seed: 1 })];
  const lines = ratings.map(({ user, item, rating }) => `u${user},i${item},${rating}\n`);
  writeFileSync(join(folder, 'ratings.csv'), `user,item,rating\n${lines.join('')}`);
  const flowers = Array.from({ length: 40 }, (_, n) => `${n % 10},${n % 10 > (n % 3) + 3 ? 'red' : 'blue'}\n`);
  writeFileSync(join(folder, 'flowers.csv'), `a,y\n${flowers.join('')}`);
  // The label of the first row is in no other.
  writeFileSync(join(folder, 'weeds.csv'), 'a,y\n1,red\n2,blue\n3,blue\n4,blue\n5,blue\n');
  writeFileSync(join(folder, 'own.ts'), own);
  writeFileSync(join(folder, 'ranked.ts'), ranked);
  configure();
});

/** Above the cut flowers are red. */
const own = `export default {
  kind: 'classifier',
  train({ rows, hyperparameters: { cut = 4.5 } }) {
    if (cut === 'exit') process.exit(7);
    return { data: { cut, rows: rows.length } };
  },
  load: (data) => data,
  predict: ({ cut }, rows) =>
    rows.map(({ a }) => ({ output: a > cut ? 'red' : 'blue', probabilities: a > cut ? [0.2, 0.8] : [0.9, 0.1] })),
  score: (outputs, targets) => outputs.filter((output, i) => output === targets[i]).length / 100,
};`;

/** Each item scores its mean rating. */
const ranked = `export default {
  kind: 'user-item',
  train({ rows, targets }) {
    const sums = {};
    rows.forEach(({ item }, i) => { const sum = (sums[item] ??= [0, 0]); sum[0] += targets[i]; sum[1] += 1; });
    return { data: sums };
  },
  load: (sums) => new Map(Object.entries(sums).map(([item, [sum, count]]) => [item, sum / count])),
  predict: (means, rows) => rows.map(({ item }) => means.get(item) ?? 3),
  topK: (means, { k }) =>
    [...means].map(([item, score]) => ({ item, score })).sort((a, b) => b.score - a.score).slice(0, k),
};`;

afterAll(async () => {
  rmSync(folder, { recursive: true });
  commandLine.remove();
  await database.drop();
});

const tuneOfMovies = `{ folds: 3, grid: { lambda: [0.05, 100], rank: [2, 3] } }`;

function configure(movies = tuneOfMovies): void {
  const classifier = (name: string) => `{ algorithm: 'softmax', source: { csv: '${name}.csv' }, target: 'y',
    mapping: [{ name: 'a', type: 'float' }], tune: { candidates: [{ lambda: 1 }] } }`;
  writeFileSync(
    join(folder, 'modelapp.config.ts'),
    `export default { models: {
      movies: { algorithm: 'als', source: { csv: 'ratings.csv' }, hyperparameters: { sweeps: 3 }, tune: ${movies} },
      flowers: ${classifier('flowers')},
      weeds: ${classifier('weeds')},
      plain: { algorithm: 'als', source: { csv: 'ratings.csv' } },
      own: { algorithm: './own.ts', source: { csv: 'flowers.csv' }, target: 'y', mapping: [{ name: 'a', type: 'float' }],
        tune: { folds: 2, grid: { cut: [100, 4.5, 'exit'] } } },
      ranked: { algorithm: './ranked.ts', mode: 'user-item', source: { csv: 'ratings.csv' }, target: 'rating' },
      file: { algorithm: 'onnx', file: 'line.onnx', mapping: [{ name: 'a', type: 'float' }] },
    } };`,
  );
}

/** A configuration whose data is absent. */
function absent(): string {
  const file = join(folder, 'absent.config.ts');
  const movies = `{ algorithm: 'als', source: { csv: 'gone.csv' }, tune: { grid: { rank: [2] } } }`;
  writeFileSync(file, `export default { models: { movies: ${movies} } };`);
  return file;
}

const run = (...words: string[]) => commandLine.run(...words, '--config', join(folder, 'modelapp.config.ts'));
const best = () => join(folder, 'best.json');
const tune = (model: string, ...words: string[]) => run('tune', model, '--output', best(), ...words);
const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('tune', () => {
  test('shows each set, then a table of all with score and time, and writes the best', async () => {
    const { stdout, stderr, exitCode } = await tune('movies');

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout.match(/^set \d of 4: lambda \S+, rank \d: rmse \d\.\d{6}, \d+\.\d s$/gm)).toHaveLength(4);
    const table = stdout.slice(stdout.indexOf('\n\n') + 2);
    const scores = [...table.matchAll(/^\d\s+\S+\s+\d\s+(\d\.\d{6})\s+\d+\.\d s$/gm)].map(([, score]) => Number(score));
    expect(table).toMatch(/^set {2}lambda {2}rank {2}rmse {6}time\n1 {4}0\.05 {4}2 {5}\d/);
    const place = scores.indexOf(Math.min(...scores));
    const won = ['lambda 0.05, rank 2', 'lambda 0.05, rank 3', 'lambda 100, rank 2', 'lambda 100, rank 3'][place];
    expect(table).toContain(`\nbest: set ${place + 1}: ${won}\n`);
    expect(table).toContain(`wrote ${best()}; to use it: modelapp train movies --variant ${best()}`);
  });

  test('writes the best in the form of PredictionIO, to the letter', async () => {
    const { stdout } = await tune('movies', '--json');

    const { best: won } = jsonLines(stdout).at(-1);
    const text = readFileSync(best(), 'utf8');
    const id = /^{"id":"(movies \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/.exec(text)![1];
    const D = '{"name":"","params":{}}';
    const params = `{"rank":${won.parameters.rank},"lambda":${won.parameters.lambda}}`;
    expect(text).toBe(
      `{"id":"${id}","description":"","engineFactory":"movies","datasource":${D},"preparator":${D},` +
        `"algorithms":[{"name":"als","params":${params}}],"serving":${D}}\n`,
    );
  });

  test('prints one JSON object a line, and keeps the result in the database', async () => {
    const { stdout } = await tune('movies', '--json', '--folds', '2', '--metric', 'ndcg@3');

    const lines = jsonLines(stdout);
    expect(lines.filter(({ type }) => type === 'progress').at(-1)).toEqual({ type: 'progress', folds: 8, of: 8 });
    const sets = lines.filter(({ type }) => type === 'set').sort((a, b) => a.set - b.set);
    const result = lines.at(-1);
    expect(result).toEqual({
      type: 'result',
      status: 'done',
      exitCode: 0,
      model: 'movies',
      metric: 'ndcg@3',
      best: { set: expect.any(Number), parameters: expect.any(Object), score: expect.any(Number) },
      file: best(),
    });
    expect(result.best.score).toBe(Math.max(...sets.map(({ metrics }) => metrics['ndcg@3'])));

    const evaluations = new Evaluations(database.pool, testVersion);
    const [stored] = await evaluations.latest('movies', 1);
    expect(stored).toMatchObject({ kind: 'tune', folds: 2, metric: 'ndcg@3', best: result.best.set - 1 });
    expect(stored!.sets).toEqual(sets.map(({ type: _type, set: _set, of: _of, ...set }) => set));
    expect(await evaluations.bestParameters('movies')).toEqual(result.best.parameters);
  });

  test('shows a set that failed, and ends with 1 if all did, without a file', async () => {
    rmSync(best(), { force: true });

    const { stdout, stderr, exitCode } = await tune('weeds');

    const why = "weeds.csv: all rows have the label 'blue'; a classifier needs at least two";
    expect(stdout).toMatch(`set 1 of 1: lambda 1: failed, ${why}, `);
    expect(stdout).toMatch(/\n1 {4}1 {7}failed {4}\d+\.\d s\n/);
    expect(stderr).toBe('modelapp: weeds: the one set of parameters failed; nothing was written\n');
    expect(exitCode).toBe(1);
    expect(existsSync(best())).toBe(false);
    expect((await new Evaluations(database.pool, testVersion).latest('weeds', 1))[0]).toMatchObject({
      best: null,
      sets: [{ parameters: { lambda: 1 }, error: why }],
    });
  });

  test('is refused before it begins if the best cannot be written', async () => {
    const { stdout, stderr, exitCode } = await run('tune', 'movies', '--output', folder);

    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 });
    expect(stderr).toBe(`modelapp: ${folder}: cannot be written: it is a folder\n`);
  });

  test('shows what it found even if it cannot be written in the end', async () => {
    // GIVEN a place that is found to be taken once all is done
    const taken = join(folder, 'taken.json');
    mkdirSync(`${taken}.new`);

    // WHEN
    const { stdout, stderr, exitCode } = await run('tune', 'movies', '--output', taken);

    // THEN
    expect(stdout).toMatch(/\nbest: set \d: lambda \S+, rank \d\n$/);
    expect(stderr).toMatch(
      /taken\.json: cannot be written: .*; the result is in the database: modelapp variant promote movies\n$/,
    );
    expect(exitCode).toBe(4);
  });

  test('says in JSON that it failed', async () => {
    const { stdout, exitCode } = await commandLine.run('tune', 'movies', '--json', '--config', absent());

    expect(jsonLines(stdout)).toEqual([{ type: 'result', status: 'failed', exitCode: 3, model: 'movies' }]);
    expect(exitCode).toBe(3);
  });

  test.each<[string[], string, number]>([
    [
      ['movies', '--metric', 'accuracy'],
      "--metric: 'accuracy' is no metric of als in mode 'explicit'; write one of rmse, mae, precision@k, hr@k, ndcg@k, map@k, with a number from 1 to 9999 for k",
      2,
    ],
    [['movies', '--folds', '1'], "--folds: '1' is not a whole number from 2 to 100", 2],
    [['plain'], 'models.plain.tune: says what to try, and is missing; write tune: { grid: { lambda: [0.1, 1] } }', 2],
    [
      ['file'],
      'models.file is an onnx file that another library has trained: it has no parameters to try or to choose; train it there with others',
      2,
    ],
    [
      ['own', '--metric', 'rmse'],
      "the metric 'rmse' does not fit own: of the kind 'classifier' there are auc, accuracy, logloss",
      2,
    ],
    [['roses'], "there is no model 'roses'; the configuration has movies, flowers, weeds, plain, own, ranked, file", 2],
  ])('%j is refused: %s', async ([model, ...words], message, code) => {
    expect(await tune(model!, ...words)).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode: code });
  });

  test('tries the parameters of code of the own, which may break for some of them', async () => {
    const { stdout, stderr, exitCode } = await tune('own');

    // Of 10 rows for each a the labels depend on the row alone where a is 4 or 5.
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/set 3 of 3: cut exit: failed, .\/own\.ts: its process ended, exit code 7, /);
    expect(stdout).toContain('\nbest: set 2: cut 4.5\n');
    const { algorithms } = JSON.parse(readFileSync(best(), 'utf8'));
    expect(algorithms).toEqual([{ name: './own.ts', params: { cut: 4.5 } }]);
  });

  test('a grid that is empty, or has a parameter that the model lacks, is told by its path', async () => {
    configure('{ grid: {} }');
    expect(await tune('movies')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('modelapp.config.ts: models.movies.tune.grid: is empty'),
    });

    configure('{ grid: { alpha: [1] } }');
    expect(await tune('movies')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("models.movies.tune.grid.alpha: is no parameter of als in mode 'explicit'"),
    });
    configure();
  });
});

describe('evaluate', () => {
  test('says how good a model is, and keeps it in the database', async () => {
    const { stdout, stderr, exitCode } = await run('evaluate', 'flowers', '--folds', '4');

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^flowers: 4 folds of 40 rows\naccuracy: 0\.\d{6}\nlogloss: \d\.\d{6}\nauc: 0\.\d{6}\n$/);
    const [stored] = await new Evaluations(database.pool, testVersion).latest('flowers', 1);
    expect(stored).toMatchObject({ kind: 'evaluate', folds: 4, metric: 'accuracy', best: 0 });
    const { accuracy } = (stored!.sets[0] as { metrics: Record<string, number> }).metrics;
    expect(stdout).toContain(`accuracy: ${accuracy!.toFixed(6)}\n`);
  });

  test('prints JSON, the metrics of a recommender in it', async () => {
    const { stdout } = await run('evaluate', 'movies', '--json');

    const lines = jsonLines(stdout);
    expect(lines[0]).toEqual({ type: 'progress', folds: 0, of: 3 });
    const [evaluation, result] = lines.slice(-2);
    expect(Object.keys(evaluation)).toEqual(['type', 'examples', 'badLines', 'rmse', 'mae']);
    expect(result).toMatchObject({ type: 'result', status: 'done', exitCode: 0 });
  });

  test('measures code of the own as the built-in learners, and by its score', async () => {
    const { stdout, stderr } = await run('evaluate', 'own', '--folds', '2');

    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^own: 2 folds of 40 rows\naccuracy: (0\.\d{6})\nlogloss: 0\.\d{6}\nauc: 0\.\d{6}\nscore: 0\.\d{6}\n$/,
    );
    const [, accuracy, score] = /accuracy: (\S+)[\s\S]*score: (\S+)/.exec(stdout)!.map(Number);
    expect(score).toBeCloseTo(accuracy! / 5, 6);
  });

  test('measures the ratings of users and items that code of the own predicts', async () => {
    expect(await run('evaluate', 'ranked', '--folds', '2')).toMatchObject({
      stderr: '',
      stdout: expect.stringMatching(/^ranked: 2 folds of \d+ rows\nrmse: \d\.\d{6}\nmae: \d\.\d{6}\n$/),
    });
  });

  test('ends with the code of the failure: absent data 3, unfit data 5', async () => {
    expect(await run('evaluate', 'weeds')).toMatchObject({ exitCode: 5 });

    expect(await commandLine.run('evaluate', 'movies', '--config', absent())).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('gone.csv'),
    });
  });

  test('refuses the options of configurations for a model, and the other way round', async () => {
    expect(await run('evaluate', 'movies', '--max-bad-lines', '1')).toMatchObject({
      exitCode: 2,
      stderr:
        'modelapp: --max-bad-lines is of a configuration, a path with a / or one that ends in .conf: leave it out\n',
    });
    expect(await run('evaluate', 'ctr.conf', '--folds', '3')).toMatchObject({
      exitCode: 2,
      stderr: 'modelapp: --folds is of a model of modelapp.config.ts: leave it out\n',
    });
  });
});
