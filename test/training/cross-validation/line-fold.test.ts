import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SparseLinearConfig } from '../../../config/schema';
import { loadModel } from '../../../learning/load-model';
import {
  type LineProblem,
  lineMetrics,
  openLineProblem,
  runLineFold,
} from '../../../training/cross-validation/line-fold';
import { trainModel } from '../../../training/train-model';
import { clickConf, writeClicks } from '../sparse-linear/click-data';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'line-folds-'));
  writeClicks(directory, 'train.svm', 300, 1);
  writeClicks(directory, 'test.svm', 30, 2);
  writeFileSync(join(directory, 'ctr.conf'), clickConf);
});

afterEach(() => rmSync(directory, { recursive: true }));

const config: SparseLinearConfig = {
  algorithm: 'sparse-linear',
  conf: 'ctr.conf',
  mapping: [{ name: 'features', type: 'sparse', aliases: [] }],
  hyperparameters: {},
  params: {},
  betterThanActive: false,
};

const open = () => openLineProblem({ name: 'ctr', config, directory, folds: 3 }, config);

test('the metrics are those over all lines, each scored by a model that a training without its fold made', async () => {
  // GIVEN the outcome of all folds
  const { problem, rows, close } = await open();
  const folds = await Promise.all([0, 1, 2].map((fold) => runLineFold(problem as LineProblem, { alpha: 0.2 }, fold)));
  await close();
  const metrics = lineMetrics(folds);

  // WHEN models are trained from files of our own making
  const lines = readFileSync(join(directory, 'train.svm'), 'utf8').trimEnd().split('\n');
  const scored: { readonly isPositive: boolean; readonly probability: number }[] = [];
  for (const fold of [0, 1, 2]) {
    writeFileSync(
      join(directory, 'others.svm'),
      lines
        .filter((_, i) => i % 3 !== fold)
        .map((line) => `${line}\n`)
        .join(''),
    );
    writeFileSync(
      join(directory, 'others.conf'),
      clickConf.replace('train.svm', 'others.svm').replace('alpha: 0.5', 'alpha: 0.2'),
    );
    const { bytes } = await trainModel({
      name: 'ctr',
      config: { ...config, conf: 'others.conf' },
      directory,
      createdAt: new Date(0),
    });
    const { model } = loadModel(bytes);
    for (const line of lines.filter((_, i) => i % 3 === fold)) {
      const [label, ...keys] = line.split(' ');
      const features = Object.fromEntries(keys.filter(Boolean).map((key) => [key.split(':')[0]!, 1]));
      const [prediction] = await model.predict([[features]], {});
      scored.push({ isPositive: label === '1', probability: prediction!.probabilities![1]! });
    }
  }

  // THEN they score the lines alike
  expect(rows).toBe(300);
  const losses = scored.map(({ isPositive, probability }) => -Math.log(isPositive ? probability : 1 - probability));
  expect(metrics.logloss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 300, 10);
  const right = scored.filter(({ isPositive, probability }) => probability > 0.5 === isPositive);
  expect(metrics.accuracy).toBeCloseTo(right.length / 300, 12);
  const [positives, negatives] = [true, false].map((of) => scored.filter(({ isPositive }) => isPositive === of));
  const pairs = positives!.flatMap((a) =>
    negatives!.map((b) => (a.probability > b.probability ? 1 : a.probability === b.probability ? 0.5 : 0)),
  );
  expect(metrics.auc).toBeCloseTo(pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length, 10);
});

test('what was written for the folds goes with the problem', async () => {
  const { problem, close } = await open();
  const folder = dirname((problem as LineProblem).files[0]!.test[0]!);

  await close();

  expect(existsSync(folder)).toBe(false);
});

test('a configuration that only scores has nothing to learn from', async () => {
  writeFileSync(
    join(directory, 'ctr.conf'),
    'validation_data { format: TEXT text: LIBSVM file: "test.svm" } model_input { format: TEXT file: "m" } loss { type: LOGIT }',
  );

  await expect(open()).rejects.toThrow('ctr.conf: trains nothing; add training_data and async_sgd or darlin');
});
