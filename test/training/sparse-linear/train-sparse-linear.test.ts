import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparseLinearConfig } from '../../../config/schema';
import { SparseLinearModel } from '../../../learning/linear/sparse-linear-model';
import { loadModel } from '../../../learning/load-model';
import type { Prediction } from '../../../learning/model';
import { DataError } from '../../../training/data-error';
import { importModelText } from '../../../training/sparse-linear/train-sparse-linear';
import { trainModel } from '../../../training/train-model';
import { clickConf, trueWeights, writeClicks } from './click-data';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sparse-linear-'));
  writeClicks(folder, 'train.svm', 2000, 1);
  writeClicks(folder, 'test.svm', 500, 2);
});

afterEach(() => rmSync(folder, { recursive: true }));

const config: SparseLinearConfig = {
  algorithm: 'sparse-linear',
  conf: 'ctr.conf',
  mapping: [{ name: 'features', type: 'sparse', aliases: [] }],
  hyperparameters: {},
  params: {},
  betterThanActive: false,
};

const createdAt = new Date('2024-05-06T07:08:09.010Z');

function train(conf: string, changes: { rival?: Uint8Array; config?: SparseLinearConfig } = {}) {
  writeFileSync(join(folder, 'ctr.conf'), conf);
  return trainModel({ name: 'ctr', config, directory: folder, createdAt, ...changes });
}

/** The weight of a key, by the margin of a request that has it alone. */
async function weightOf(bytes: Uint8Array, key: bigint): Promise<number> {
  const { model } = loadModel(bytes);
  const [none, one] = await model.predict([[{}], [{ [String(key)]: 1 }]], {});
  return logit(one!) - logit(none!);
}

const logit = ({ probabilities = [] }: Prediction): number => Math.log(probabilities[1]! / probabilities[0]!);

describe('training a model as its dmlc configuration says', () => {
  test('finds the weights that made the data, online', async () => {
    const { bytes, scores, rows } = await train(clickConf);

    expect(rows).toBe(2000);
    for (const [key, weight] of trueWeights) expect(Math.abs((await weightOf(bytes, key)) - weight)).toBeLessThan(0.5);
    expect(scores.test).toBeGreaterThan(0.75);
  });

  test('finds the same weights by DARLIN', async () => {
    const { bytes } = await train(
      clickConf.replace(/async_sgd.*/, 'darlin { max_pass_of_data: 20 }').replace('lambda: 0.1', 'lambda: 1'),
    );
    for (const [key, weight] of trueWeights) expect(Math.abs((await weightOf(bytes, key)) - weight)).toBeLessThan(0.5);
  });

  test('tells AUC, accuracy and logloss of the validation data, in the file too', async () => {
    const { bytes, scores, metrics } = await train(clickConf);

    const { header } = loadModel(bytes);
    expect(header).toMatchObject({ algorithm: 'sparse-linear', loss: 'LOGIT', classes: [-1, 1], scores, metrics });
    expect(Object.keys(metrics ?? {})).toEqual(['auc', 'accuracy', 'logloss']);
    expect(metrics?.auc).toBe(scores.test);
  });

  test('gives the same bytes again', async () => {
    expect((await train(clickConf)).bytes).toEqual((await train(clickConf)).bytes);
  });

  test('scores the active revision on the same validation data', async () => {
    const { bytes, scores } = await train(clickConf);
    expect((await train(clickConf, { rival: bytes })).rivalScore).toBe(scores.test);
  });

  test('leaves out keys that are too rare', async () => {
    const rare = writeClicks(folder, 'rare.svm', 1, 3);
    writeFileSync(rare, '1 77:1\n');
    const conf = clickConf
      .replace('file: "train.svm"', 'file: "train.svm" file: "rare.svm"')
      .replace('minibatch: 50', 'minibatch: 50 tail_feature_freq: 5 countmin_n: 10000')
      .replace('lambda: 0.1', 'lambda: 0.0001');
    const { bytes } = await train(conf);
    expect(await weightOf(bytes, 77n)).toBeCloseTo(0, 12);
    expect(await weightOf(bytes, 3n)).toBeGreaterThan(1);
  });

  test('answers the margin with the squared loss, and has the negated RMSE as score', async () => {
    writeFileSync(join(folder, 'train.svm'), '5 1:1\n5 1:1\n'.repeat(200));
    writeFileSync(join(folder, 'test.svm'), '4 1:1\n6 1:1\n');
    const { bytes, scores, metrics } = await train(
      clickConf.replace('LOGIT', 'SQUARE').replace('lambda: 0.1', 'lambda: 0').replace('alpha: 0.5', 'alpha: 2'),
    );
    const output = loadModel(bytes).model.predict([[{ '1': 1 }]], {}) as { output: number }[];
    expect(output[0]?.output).toBeCloseTo(5, 1);
    expect(metrics?.rmse).toBeCloseTo(1, 1);
    expect(scores.test).toBe(-metrics!.rmse!);
  });

  test('hashes the columns of CSV data as requests are hashed', async () => {
    const line = (site: string, age: number, label: number) => `${site},${age},${label}\n`;
    writeFileSync(join(folder, 'train.csv'), `site,age,label\n${(line('a', 1, 1) + line('b', 1, 0)).repeat(200)}`);
    const csvConf = clickConf
      .replace(/validation_data.*/, '')
      .replace('text: LIBSVM file: "train.svm"', 'text: CSV file: "train.csv" csv { numeric: "age" }');
    const mapping: SparseLinearConfig['mapping'] = [
      { name: 'site', type: 'str', aliases: [] },
      { name: 'age', type: 'float', aliases: [] },
    ];
    const { bytes } = await train(csvConf, { config: { ...config, mapping } });

    const { model } = loadModel(bytes);
    const outputs = model.predict(
      [
        ['a', 1],
        ['b', 1],
      ],
      {},
    ) as { output: number }[];
    expect(outputs.map(({ output }) => output)).toEqual([1, -1]);
  });

  test.each<[string, string, Partial<SparseLinearConfig>, string]>([
    [
      'names where the data has keys',
      clickConf,
      { mapping: [{ name: 'age', type: 'float', aliases: [] }] },
      "ctr.conf: the mapping has 'age' as float, but LIBSVM data has keys without names; map one sparse feature",
    ],
    [
      'a text where CSV has a number',
      clickConf.replace('text: LIBSVM', 'text: CSV csv { numeric: "age" }'),
      { mapping: [{ name: 'age', type: 'str', aliases: [] }] },
      "ctr.conf: the mapping has 'age' as str, but csv.numeric has it; map it as float",
    ],
    [
      'nothing to train',
      clickConf.replace(/training_data.*|async_sgd.*/g, '').replace('model_output', 'model_input'),
      {},
      'trains nothing',
    ],
    ['an absent file', clickConf.replace('train.svm', 'none.svm'), {}, 'find 0 data files'],
  ])('refuses %s', async (_, conf, changes, message) => {
    const trained = train(conf, { config: { ...config, ...changes } });
    await expect(trained).rejects.toThrow(DataError);
    await expect(train(conf, { config: { ...config, ...changes } })).rejects.toThrow(message);
  });
});

describe('importing the text files of a job', () => {
  const importFiles = (...texts: string[]) => {
    writeFileSync(join(folder, 'ctr.conf'), clickConf);
    const files = texts.map((text, i) => {
      const file = join(folder, `model_S${i}`);
      writeFileSync(file, text);
      return file;
    });
    return importModelText({ name: 'ctr', config, directory: folder, createdAt }, files);
  };

  test('gives the weights of all files, scored on the validation data', async () => {
    const { bytes, metrics } = await importFiles('3\t1.5\n18446744073709551615\t1e-3\n', '11\t-2\n');

    expect(await weightOf(bytes, 3n)).toBeCloseTo(1.5, 12);
    expect(await weightOf(bytes, 11n)).toBeCloseTo(-2, 12);
    expect(await weightOf(bytes, 2n ** 64n - 1n)).toBeCloseTo(1e-3, 12);
    expect(metrics?.auc).toBeGreaterThan(0.7);
    expect(loadModel(bytes).model).toBeInstanceOf(SparseLinearModel);
  });

  test.each<[string, string[], string]>([
    ['a line that is none', ['3\t1.5\n3 1\n'], 'model_S0:2: is no line of a model file'],
    ['a key of more than 64 bits', ['18446744073709551616\t1\n'], 'model_S0:1: is no line of a model file'],
    ['a key twice', ['3\t1\n', '3\t2\n'], 'model_S1:1: the key 3 has a weight already'],
    ['no weight', [''], 'no weight in there'],
  ])('refuses %s', async (_, texts, message) => {
    await expect(importFiles(...texts)).rejects.toThrow(message);
  });
});
