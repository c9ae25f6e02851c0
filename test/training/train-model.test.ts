import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { resolveConfig } from '../../config/resolve';
import type { SoftmaxConfig } from '../../config/schema';
import { loadModel } from '../../learning/load-model';
import modelappConfig from '../../modelapp.config';
import { DataError } from '../../training/data-error';
import { type TrainRequest, trainModel } from '../../training/train-model';

const directory = resolve(__dirname, '../..');
const iris = resolveConfig(modelappConfig).models.iris as SoftmaxConfig;
const createdAt = new Date('2024-05-06T07:08:09.010Z');

const trainIris = (changes: Partial<TrainRequest> = {}) =>
  trainModel({ name: 'iris', config: iris, directory, createdAt, ...changes });

const withTestFraction = (testFraction: number): SoftmaxConfig => ({
  ...iris,
  evaluation: { ...iris.evaluation, testFraction },
});

describe('training the iris model', () => {
  test('gives a model file that tells what it was made of', async () => {
    const { bytes, scores, rows } = await trainIris();

    const { header, model } = loadModel(bytes);
    const csv = readFileSync(join(directory, 'examples/iris/iris.csv'));
    expect(rows).toBe(150);
    expect(header).toEqual({
      algorithm: 'softmax',
      model: 'iris',
      features: iris.mapping,
      classes: ['setosa', 'versicolor', 'virginica'],
      hyperparameters: { lambda: 1, maxIterations: 500 },
      params: {},
      scores,
      data: { sha256: createHash('sha256').update(csv).digest('hex'), rows: 150 },
      createdAt: '2024-05-06T07:08:09.010Z',
    });
    expect(await model.predict([[5.1, 3.5, 1.4, 0.2]], {})).toMatchObject([{ output: 'setosa' }]);
  });

  test('converges and scores well on both parts', async () => {
    const { scores, minimum } = await trainIris();

    expect(minimum?.reason).toBe('converged');
    expect(scores.train).toBeGreaterThan(0.95);
    expect(scores.test).toBeGreaterThan(0.9);
  });

  test('gives the same bytes every time', async () => {
    const [first, second] = [await trainIris(), await trainIris()];

    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
  });

  test('holds out other rows for another seed', async () => {
    const config = { ...iris, evaluation: { ...iris.evaluation, seed: 2 } };

    const [first, second] = [await trainIris(), await trainIris({ config })];

    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(false);
  });

  test('has no test score if all rows are for training', async () => {
    const { scores } = await trainIris({ config: withTestFraction(0) });

    expect(scores.test).toBeNull();
  });

  test('reports every step', async () => {
    const steps: number[] = [];

    const { minimum } = await trainIris({ onProgress: ({ iterations }) => steps.push(iterations) });

    expect(steps).toEqual(Array.from({ length: minimum?.iterations ?? 0 }, (_, n) => n + 1));
  });

  test('stops when it is told to', async () => {
    const control = new AbortController();
    const steps: number[] = [];
    const onProgress = () => {
      steps.push(steps.length);
      control.abort(new Error('cancelled by the user'));
    };

    await expect(trainIris({ onProgress, signal: control.signal })).rejects.toThrow('cancelled by the user');
    expect(steps).toHaveLength(1);
  });
});

describe('the active revision as rival', () => {
  test('scores on the same test rows', async () => {
    const { bytes, scores } = await trainIris();

    const { rivalScore } = await trainIris({ rival: bytes });

    expect(rivalScore).toBe(scores.test);
  });

  test('may have its features in another order', async () => {
    const { bytes, scores } = await trainIris();
    const config = { ...iris, mapping: [...iris.mapping].reverse() };

    const { rivalScore } = await trainIris({ config, rival: bytes });

    expect(rivalScore).toBe(scores.test);
  });

  test('has no score without test rows', async () => {
    const { bytes } = await trainIris();

    const { rivalScore } = await trainIris({ config: withTestFraction(0), rival: bytes });

    expect(rivalScore).toBeNull();
  });

  test('is refused if it needs a feature that is gone', async () => {
    const { bytes } = await trainIris();
    const config = { ...iris, mapping: iris.mapping.slice(1) };

    await expect(trainIris({ config, rival: bytes })).rejects.toThrow(
      /examples\/iris\/iris\.csv: the active revision needs sepal_length \(float\).*without betterThanActive/,
    );
  });
});

describe('training on other data', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'train-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const config: SoftmaxConfig = {
    ...iris,
    source: { csv: 'data.csv', delimiter: ',' },
    target: 'bought',
    mapping: [
      { name: 'city', type: 'str', aliases: [] },
      { name: 'member', type: 'bool', aliases: [] },
    ],
    evaluation: { testFraction: 0, seed: 1 },
    params: { currency: 'EUR' },
  };

  test('learns from texts and truth values, and answers for a category it never saw', async () => {
    // GIVEN members buy, wherever they live
    const rows = ['Oslo', 'Bern', 'Rome'].flatMap((city) => [`${city},true,yes`, `${city},false,no`]);
    writeFileSync(join(folder, 'data.csv'), `city,member,bought\n${[...rows, ...rows, ...rows].join('\n')}\n`);

    // WHEN
    const { bytes, scores } = await trainModel({ name: 'sales', config, directory: folder, createdAt });

    // THEN
    const { model } = loadModel(bytes);
    expect(scores.train).toBe(1);
    expect(model.params).toEqual({ currency: 'EUR' });
    expect(
      await model.predict(
        [
          ['Paris', true],
          ['Paris', false],
        ],
        {},
      ),
    ).toMatchObject([{ output: 'yes' }, { output: 'no' }]);
  });

  test('with one label only is refused', async () => {
    writeFileSync(join(folder, 'data.csv'), 'city,member,bought\nOslo,true,yes\nBern,false,yes\n');

    const training = trainModel({ name: 'sales', config, directory: folder, createdAt });

    await expect(training).rejects.toThrow(DataError);
    await expect(training).rejects.toThrow("data.csv: all rows have the label 'yes'; a classifier needs at least two");
  });
});
