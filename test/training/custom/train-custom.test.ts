import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveConfig } from '../../../config/resolve';
import { decodeModelFile } from '../../../learning/model-file';
import { type TrainedModel, trainModel } from '../../../training/train-model';

const createdAt = new Date('2024-05-06T07:08:09.010Z');

/** y = 2x + 1, and a little more in every third row. */
const line = `x,y\n${Array.from({ length: 20 }, (_, x) => `${x},${2 * x + 1 + (x % 3 === 0 ? 0.3 : 0)}`).join('\n')}\n`;

/** Least squares through the training rows. */
const slope = `
  import { defineModel, type Training } from '${resolve('config/define')}';
  export default defineModel({
    kind: 'regression',
    train({ rows, targets, hyperparameters, seed }: Training<{ x: number }, number>) {
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const [mx, my] = [mean(rows.map(({ x }) => x)), mean(targets)];
      const a = mean(rows.map(({ x }, i) => (x - mx) * (targets[i]! - my))) / mean(rows.map(({ x }) => (x - mx) ** 2));
      const data = { line: Float64Array.of(a, my - a * mx), told: [hyperparameters, seed, rows.length] };
      return { data, metrics: { rows: rows.length } };
    },
    load: ({ line: [a, b] }) => ({ a: a!, b: b! }),
    predict: async ({ a, b }, rows) => rows.map(({ x }) => a * x + b),
  });
`;

describe('Training a model of the own making', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'modelapp-custom-'));
    writeFileSync(join(directory, 'line.csv'), line);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const train = (
    code: string,
    changes: object = {},
    request: Partial<Parameters<typeof trainModel>[0]> = {},
  ): Promise<TrainedModel> => {
    writeFileSync(join(directory, 'my-model.ts'), code);
    const { models } = resolveConfig({
      models: {
        line: {
          algorithm: './my-model.ts',
          source: { csv: 'line.csv' },
          target: 'y',
          mapping: [{ name: 'x', type: 'float' }],
          hyperparameters: { degree: 1, names: ['a', 'b'] },
          evaluation: { seed: 7 },
          ...changes,
        },
      },
    });
    return trainModel({ name: 'line', config: models.line!, directory, createdAt, ...request });
  };

  it('hands it the training rows, the hyperparameters and the seed, and keeps what it gives back', async () => {
    // WHEN it learns from 16 of 20 rows
    const { bytes, scores, metrics, rows } = await train(slope);

    // THEN it is scored by the negated RMSE of the others
    expect(scores.test).toBeLessThan(0);
    expect(scores.test).toBeGreaterThan(-0.3);
    expect(metrics).toEqual({ rmse: -scores.test!, mae: expect.any(Number), rows: 16 });
    expect(rows).toBe(20);

    // AND the file holds its data as data
    const { header, arrays } = decodeModelFile(bytes);
    expect(header).toMatchObject({ algorithm: './my-model.ts', model: 'line', classes: null, scores });
    expect(JSON.parse(arrays.get('data')!.values[0] as string)).toMatchObject({
      told: [{ degree: 1, names: ['a', 'b'] }, 7, 16],
    });
    const coefficients = Array.from(arrays.get('array0')!.values as Float64Array);
    expect(coefficients).toEqual([expect.closeTo(2, 1), expect.closeTo(1.1, 0)]);
  });

  it('gives the same bytes again', async () => {
    expect((await train(slope)).bytes).toEqual((await train(slope)).bytes);
  });

  it('scores it as it says itself, and the active revision in the same way', async () => {
    const scored = slope.replace('predict:', 'score: (outputs, targets) => outputs.length + targets.length, predict:');
    const { bytes: rival } = await train(slope);

    expect(await train(scored, {}, { rival })).toMatchObject({ scores: { train: 32, test: 8 }, rivalScore: 8 });
  });

  it.each([
    ['throw new Error("no luck")', './my-model.ts: train: no luck'],
    ['return 1', './my-model.ts: train: must return an object with the data to keep: { data }'],
    [
      'return { data: new Set() }',
      './my-model.ts: train: data is a Set, which cannot be kept; make a plain object of it',
    ],
    ['return { data: 1, metrics: { a: NaN } }', './my-model.ts: train: metrics: must be finite numbers by name'],
    ['process.exit(3)', './my-model.ts: its process ended, exit code 3'],
    ['return { data: 1 }', './my-model.ts: predict: answered "x", which is no number'],
  ])('fails with one line when its train does this: %s', async (body, message) => {
    const code = `export default { kind: 'regression', train() { ${body} }, load() {}, predict: (_, rows) => rows.map(() => 'x') }`;

    await expect(train(code)).rejects.toThrow(message);
  });

  it('names file and member of what is no model', async () => {
    await expect(train(`export default { kind: 'regression', train() {}, load() {} }`)).rejects.toThrow(
      './my-model.ts: predict: is missing',
    );
  });

  it('names file, line and column of what does not compile', async () => {
    await expect(train('export default {;')).rejects.toThrow(/^\.\/my-model\.ts:1:17: /);
  });

  it('names the row whose target is no number', async () => {
    writeFileSync(join(directory, 'line.csv'), 'x,y\n1,2\n2,two\n');

    await expect(train(slope)).rejects.toThrow("line.csv: row 2: y: 'two' is not a number");
  });

  it('of users and items hands it what each user made of each item last, and scores it on what was held out', async () => {
    // GIVEN 40 ratings, of which one replaces another
    const rows = Array.from({ length: 40 }, (_, i) => `u${i % 8},i${Math.floor(i / 8)},3`);
    writeFileSync(join(directory, 'ratings.csv'), `user,item,stars\n${rows.join('\n')}\nu0,i0,5\n`);
    const code = `export default {
      kind: 'user-item',
      train: ({ rows, targets }) => ({ data: { first: rows[0], five: targets.filter((t) => t === 5).length, rows: rows.length } }),
      load: (data) => data,
      predict: (_, rows) => rows.map(() => 3),
    }`;
    const ofUsers = { mode: 'user-item', source: { csv: 'ratings.csv' }, mapping: undefined };

    // WHEN it is trained with and without the column of the ratings
    const rated = await train(code, { ...ofUsers, target: 'stars', evaluation: { testFraction: 0, seed: 1 } });
    const counted = await train(code, { ...ofUsers, target: undefined });

    // THEN
    const dataOf = ({ bytes }: TrainedModel) =>
      JSON.parse(decodeModelFile(bytes).arrays.get('data')!.values[0] as string);
    expect(dataOf(rated)).toEqual({ first: { user: 'u0', item: 'i0' }, five: 1, rows: 40 });
    expect(rated).toMatchObject({ rows: 41, scores: { train: -Math.sqrt(4 / 40), test: null } });
    expect(dataOf(counted).rows).toBeLessThan(40);
    expect(counted.scores).toEqual({ train: -2, test: -2 });
  });

  it('stops when it is told to, even in a loop without end', async () => {
    const stopping = new AbortController();
    const training = train(
      `export default { kind: 'regression', train() { for (;;); }, load() {}, predict() {} }`,
      {},
      { signal: stopping.signal },
    );
    const stopped = expect(training).rejects.toThrow('that is enough');
    await sleep(500);
    stopping.abort(new Error('that is enough'));

    await stopped;
  });
});
